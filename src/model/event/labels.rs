//! The words around an event: field labels and level names, as Event Viewer prints them in the
//! languages it is met in. One table, so that adding a language is adding rows.
//!
//! Traps: French puts a (no-break) space before the colon and may have a typographic apostrophe;
//! the same word is a label in one language and ordinary text in another (`Date`, `Source`,
//! `Niveau`), which is why each label says whether it can stand for an event by itself.
//! The German to Portuguese rows follow the native user interfaces; knowledge base articles, MOM and
//! older tools add the English variants.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::Level;
use crate::base::order::Order as _;

/// What a label names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// The log: `Application`.
    Log,
    /// The event source.
    Source,
    /// Date, or date and time.
    Date,
    /// Time of day, where it stands alone.
    Time,
    /// Event id.
    Id,
    /// Category or task.
    Category,
    /// Type or level.
    Level,
    /// The computer.
    Computer,
    /// The message text.
    Message,
    /// The hex dump of the data bytes.
    Data,
    /// The event as XML, behind the text.
    Xml,
    /// A field that is of no use here: user, keywords, operation code.
    Other,
}

/// One label.
#[derive(Debug)]
pub struct Label {
    /// In lower case, with straight apostrophes and single spaces.
    pub text: &'static str,
    /// What it names.
    pub field: Field,
    /// Whether it is said of events only, so that it counts in the middle of a line and inside a
    /// message as well.
    pub strong: bool,
}

const fn strong(text: &'static str, field: Field) -> Label {
    Label { text, field, strong: true }
}

const fn weak(text: &'static str, field: Field) -> Label {
    Label { text, field, strong: false }
}

/// All labels.
#[rustfmt::skip]
pub static LABELS: &[Label] = &[
    // English: Windows 2000 and 2003, then 2008 and later, wevtutil, MOM, articles.
    strong("event type", Field::Level), strong("event source", Field::Source),
    strong("event category", Field::Category), strong("event id", Field::Id), weak("eventid", Field::Id),
    strong("log name", Field::Log), weak("source", Field::Source), weak("date", Field::Date),
    weak("logged", Field::Date), weak("time", Field::Time), strong("task category", Field::Category),
    weak("task", Field::Category), weak("category", Field::Category), weak("level", Field::Level),
    weak("type", Field::Level), weak("event", Field::Id), weak("id", Field::Id),
    weak("computer", Field::Computer), weak("machine", Field::Computer),
    weak("description", Field::Message), weak("message", Field::Message), weak("data", Field::Data),
    strong("event xml", Field::Xml), weak("user", Field::Other), weak("user name", Field::Other),
    weak("keywords", Field::Other), weak("keyword", Field::Other), weak("opcode", Field::Other),
    weak("date and time", Field::Date), weak("severity", Field::Level),
    // German
    strong("protokollname", Field::Log), weak("quelle", Field::Source), strong("ereignisquelle", Field::Source),
    weak("datum", Field::Date), weak("zeit", Field::Time), weak("uhrzeit", Field::Time),
    strong("ereignis-id", Field::Id), strong("ereigniskennung", Field::Id),
    strong("aufgabenkategorie", Field::Category), strong("ereigniskategorie", Field::Category),
    weak("ebene", Field::Level), strong("ereignistyp", Field::Level), weak("beschreibung", Field::Message),
    weak("schl\u{fc}sselw\u{f6}rter", Field::Other), weak("benutzer", Field::Other),
    weak("daten", Field::Data), weak("protokolliert", Field::Date), strong("ereignis-xml", Field::Xml),
    // French
    strong("nom du journal", Field::Log), strong("source de l'\u{e9}v\u{e9}nement", Field::Source),
    weak("heure", Field::Time), strong("id de l'\u{e9}v\u{e9}nement", Field::Id),
    strong("cat\u{e9}gorie de la t\u{e2}che", Field::Category), strong("cat\u{e9}gorie de l'\u{e9}v\u{e9}nement", Field::Category),
    weak("niveau", Field::Level), strong("type de l'\u{e9}v\u{e9}nement", Field::Level), weak("ordinateur", Field::Computer),
    weak("mots cl\u{e9}s", Field::Other), weak("utilisateur", Field::Other), weak("donn\u{e9}es", Field::Data),
    strong("xml de l'\u{e9}v\u{e9}nement", Field::Xml),
    // Spanish
    strong("nombre de registro", Field::Log), weak("origen", Field::Source), weak("fecha", Field::Date),
    weak("hora", Field::Time), strong("id. del evento", Field::Id), strong("categor\u{ed}a de la tarea", Field::Category),
    weak("nivel", Field::Level), weak("equipo", Field::Computer), weak("descripci\u{f3}n", Field::Message),
    weak("palabras clave", Field::Other), weak("usuario", Field::Other), weak("datos", Field::Data),
    strong("tipo de suceso", Field::Level), strong("origen del suceso", Field::Source), strong("id. suceso", Field::Id),
    strong("id. de suceso", Field::Id), strong("categor\u{ed}a del suceso", Field::Category),
    strong("xml de evento", Field::Xml), strong("xml del evento", Field::Xml),
    // Italian
    strong("nome registro", Field::Log), weak("origine", Field::Source), weak("data", Field::Data),
    strong("id evento", Field::Id), strong("categoria attivit\u{e0}", Field::Category), weak("livello", Field::Level),
    weak("descrizione", Field::Message), weak("parole chiave", Field::Other), weak("utente", Field::Other),
    weak("ora", Field::Time), weak("dati", Field::Data), strong("tipo evento", Field::Level),
    strong("origine evento", Field::Source), strong("categoria evento", Field::Category), strong("xml evento", Field::Xml),
    // Dutch
    strong("logboeknaam", Field::Log), weak("bron", Field::Source), strong("gebeurtenis-id", Field::Id),
    strong("taakcategorie", Field::Category), weak("beschrijving", Field::Message), weak("trefwoorden", Field::Other),
    weak("gebruiker", Field::Other), weak("tijd", Field::Time), weak("gegevens", Field::Data),
    strong("gebeurtenistype", Field::Level), strong("type gebeurtenis", Field::Level),
    strong("gebeurtenisbron", Field::Source), strong("bron van gebeurtenis", Field::Source),
    strong("gebeurteniscategorie", Field::Category), strong("categorie van gebeurtenis", Field::Category),
    strong("gebeurtenis-xml", Field::Xml),
    // Portuguese (Brazil)
    strong("nome do log", Field::Log), weak("fonte", Field::Source),
    strong("identifica\u{e7}\u{e3}o do evento", Field::Id), strong("categoria da tarefa", Field::Category),
    weak("n\u{ed}vel", Field::Level), weak("computador", Field::Computer), weak("descri\u{e7}\u{e3}o", Field::Message),
    weak("palavras-chave", Field::Other), weak("usu\u{e1}rio", Field::Other), weak("dados", Field::Data),
    strong("tipo de evento", Field::Level), strong("fonte do evento", Field::Source),
    strong("fonte de evento", Field::Source), strong("origem do evento", Field::Source),
    strong("categoria do evento", Field::Category), strong("identifica\u{e7}\u{e3}o de evento", Field::Id),
    strong("xml do evento", Field::Xml), strong("xml de evento", Field::Xml),
];

/// The longest label that `text` ends with, and where it starts. Spaces behind it are ignored; a
/// label must start at a word, except that a strong one may be glued to a digit, or to a word when it
/// begins with a capital (`Event 1Event Type:`, `ErrorEvent Source:`). In a line that was glued
/// together, `any_glued`, this is so for all labels.
pub fn label_at_end(text: &str, any_glued: bool) -> Option<(&'static Label, usize)> {
    let text = text.trim_end();
    if !text.ends_with(char::is_alphabetic) {
        return None;
    }
    let candidates = BY_LAST_LETTER.get(&folded(text.chars().next_back()?))?;
    candidates.iter().find_map(|label| {
        let start = ends_with_folded(text, label.text)?;
        let before = text.get(..start).unwrap_or("").chars().next_back();
        let free = before.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '-' | '_'));
        let capital = || {
            let mut letters = text.get(start..).unwrap_or("").chars();
            letters.next().is_some_and(char::is_uppercase) && letters.next().is_some_and(char::is_lowercase)
        };
        let glued = label.strong && before.is_some_and(|c| c.is_ascii_digit())
            || (label.strong || any_glued) && before.is_some_and(char::is_alphanumeric) && capital();
        (free || glued).then_some((*label, start))
    })
}

/// The strong label that `text` begins with, and where what follows it starts. Only for text without
/// a colon behind the label: whole words, then a blank.
pub fn label_at_start(text: &str) -> Option<(&'static Label, usize)> {
    let found = LABELS.iter().filter(|label| label.strong).filter_map(|label| {
        let mut chars = text.char_indices();
        for expected in label.text.chars() {
            if folded(chars.next()?.1) != expected {
                return None;
            }
        }
        let (end, behind) = chars.next()?;
        behind.is_whitespace().then_some((label, end))
    });
    found.max_by_key(|(label, _)| label.text.len())
}

/// Labels by their last letter, the longest first: text is searched for them at every colon.
static BY_LAST_LETTER: LazyLock<BTreeMap<char, Vec<&'static Label>>> = LazyLock::new(|| {
    let mut index: BTreeMap<char, Vec<&Label>> = BTreeMap::new();
    for label in LABELS {
        if let Some(last) = label.text.chars().next_back() {
            index.entry(last).or_default().push(label);
        }
    }
    for labels in index.values_mut() {
        labels.order_by_key(|label| std::cmp::Reverse(label.text.len()));
    }
    index
});

/// Where `label` starts when `text` ends with it, ignoring case and the kind of apostrophe.
fn ends_with_folded(text: &str, label: &str) -> Option<usize> {
    let mut chars = text.char_indices().rev();
    let mut start = text.len();
    for expected in label.chars().rev() {
        let (at, c) = chars.next()?;
        if folded(c) != expected {
            return None;
        }
        start = at;
    }
    Some(start)
}

/// A label or heading as the tables spell it: in lower case, with straight apostrophes and spaces.
pub fn fold(text: &str) -> String {
    text.chars().map(folded).collect()
}

/// A category, unless it says that there is none. A category without a name is printed as its number
/// in parentheses.
pub fn category(text: &str) -> Option<String> {
    const NONE: &[&str] = &[
        "", "0", "none", "keine", "aucun", "aucune", "ninguno", "ninguna", "nessuno", "nessuna", "geen", "nenhum",
        "nenhuma", "n/a",
    ];
    let text = text.trim().trim_matches(['(', ')']).trim();
    (!NONE.contains(&fold(text).as_str())).then(|| text.to_owned())
}

fn folded(c: char) -> char {
    match c {
        '\u{2019}' | '\u{2018}' | '\u{B4}' => '\'',
        '\u{A0}' | '\u{202F}' | '\t' => ' ',
        c if c.is_ascii() => c.to_ascii_lowercase(),
        c => c.to_lowercase().next().unwrap_or(c),
    }
}

impl Level {
    /// A level by the number that event logs store.
    pub fn from_number(number: u8) -> Option<Level> {
        Some(match number {
            0 | 4 => Level::Information,
            1 => Level::Critical,
            2 => Level::Error,
            3 => Level::Warning,
            5 => Level::Verbose,
            _ => return None,
        })
    }

    /// A level by the name that Event Viewer prints, in the languages of [`LABELS`].
    pub fn from_name(name: &str) -> Option<Level> {
        Some(match name.trim().to_lowercase().as_str() {
            "critical" | "kritisch" | "critique" | "cr\u{ed}tico" | "critico" | "kritiek" => Level::Critical,
            "error" | "fehler" | "erreur" | "errore" | "fout" | "erro" => Level::Error,
            "warning" | "warnung" | "avertissement" | "advertencia" | "avviso" | "waarschuwing" | "aviso" => {
                Level::Warning
            }
            "information"
            | "informational"
            | "info"
            | "informationen"
            | "informations"
            | "informaci\u{f3}n"
            | "informazioni"
            | "informatie"
            | "informa\u{e7}\u{f5}es"
            | "success"
            | "success audit"
            | "failure audit"
            | "audit success"
            | "audit failure" => Level::Information,
            "verbose" | "ausf\u{fc}hrlich" | "commentaires" | "detallado" | "dettagliato" | "uitgebreid" => {
                Level::Verbose
            }
            _ => return None,
        })
    }

    /// The severity bits of the qualifiers, the upper half of the 32-bit id of classic events.
    pub fn from_qualifiers(qualifiers: u16) -> Option<Level> {
        Some(match qualifiers >> 14 {
            1 => Level::Information,
            2 => Level::Warning,
            3 => Level::Error,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_longest_label_before_a_colon() {
        let find = |text| label_at_end(text, false).map(|(label, start)| (label.field, start));
        assert_eq!(find("Event Source"), Some((Field::Source, 0)));
        assert_eq!(find("x  Source  "), Some((Field::Source, 3)));
        assert_eq!(find("Event 1Event Type"), Some((Field::Level, 7)));
        assert_eq!(find("ErrorEvent Source"), Some((Field::Source, 5)));
        assert_eq!(find("errorevent source"), Some((Field::Source, 11)));
        assert_eq!(label_at_end("1194Date", true).map(|(label, start)| (label.field, start)), Some((Field::Date, 4)));
        assert_eq!(find("1194Date"), None);
        assert_eq!(find("SubmissionSource"), None);
        assert_eq!(find("ID de l\u{2019}\u{e9}v\u{e9}nement\u{a0}"), Some((Field::Id, 0)));
        assert_eq!(find("Ereignis-ID"), Some((Field::Id, 0)));
        assert_eq!(find("Error code"), None);
        assert_eq!(find("12"), None);
    }

    #[test]
    fn severity_follows_from_qualifiers() {
        for (qualifiers, level) in [(32772, Level::Warning), (49156, Level::Error), (16388, Level::Information)] {
            assert_eq!(Level::from_qualifiers(qualifiers), Some(level));
        }
        assert_eq!(Level::from_qualifiers(0), None);
    }
}
