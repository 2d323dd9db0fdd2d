//! The column headings of event lists that Event Viewer saves as text, in the languages of
//! [`super::labels`]. Many are ordinary words (`Type`, `Data`, `Evento`), which mean a field only in a
//! row of headings; hence a table of their own.
//!
//! Windows 2000 and 2003 print `Type,Date,Time,Source,Category,Event,User,Computer`, 2008 and later
//! `Level,Date and Time,Source,Event ID,Task Category`.

use super::labels::{Field, LABELS, fold};

/// Headings that are no labels, or mean something else as such.
#[rustfmt::skip]
const COLUMNS: &[(&str, Field)] = &[
    // English, and what other tools append
    ("description", Field::Message), ("computer name", Field::Computer), ("machinename", Field::Computer),
    ("log", Field::Log), ("logname", Field::Log), ("log file", Field::Log), ("timegenerated", Field::Date),
    ("record number", Field::Other), ("provider", Field::Source), ("provider name", Field::Source),
    // German
    ("typ", Field::Level), ("datum und uhrzeit", Field::Date), ("kategorie", Field::Category),
    ("ereignis", Field::Id),
    // French
    ("date et heure", Field::Date), ("cat\u{e9}gorie", Field::Category), ("\u{e9}v\u{e9}nement", Field::Id),
    // Spanish
    ("tipo", Field::Level), ("fecha y hora", Field::Date), ("categor\u{ed}a", Field::Category), ("suceso", Field::Id),
    // Italian and Portuguese, where the date is called like the data bytes in English
    ("data", Field::Date), ("ora", Field::Time), ("data e ora", Field::Date), ("data e hora", Field::Date),
    ("categoria", Field::Category), ("evento", Field::Id),
    // Dutch
    ("datum en tijd", Field::Date), ("tijd", Field::Time), ("categorie", Field::Category), ("gebeurtenis", Field::Id),
];

/// What a heading names.
pub fn column(heading: &str) -> Option<Field> {
    let text = fold(heading.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\u{FEFF}')));
    let own = COLUMNS.iter().find(|(name, _)| *name == text).map(|(_, field)| *field);
    own.or_else(|| LABELS.iter().find(|label| label.text == text).map(|label| label.field))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_of_all_languages_name_their_fields() {
        use Field::{Category, Computer, Date, Id, Level, Other, Source, Time};
        let old = [Level, Date, Time, Source, Category, Id, Other, Computer];
        let new = [Level, Date, Source, Id, Category];
        for (row, fields) in [
            ("Type,Date,Time,Source,Category,Event,User,Computer", &old[..]),
            ("Typ,Datum,Uhrzeit,Quelle,Kategorie,Ereignis,Benutzer,Computer", &old),
            ("Type,Date,Heure,Source,Cat\u{e9}gorie,\u{c9}v\u{e9}nement,Utilisateur,Ordinateur", &old),
            ("Tipo,Fecha,Hora,Origen,Categor\u{ed}a,Suceso,Usuario,Equipo", &old),
            ("Tipo,Data,Ora,Origine,Categoria,Evento,Utente,Computer", &old),
            ("Type,Datum,Tijd,Bron,Categorie,Gebeurtenis,Gebruiker,Computer", &old),
            ("Tipo,Data,Hora,Fonte,Categoria,Evento,Usu\u{e1}rio,Computador", &old),
            ("\u{FEFF}Level,Date and Time,Source,Event ID,Task Category", &new),
            ("Ebene,Datum und Uhrzeit,Quelle,Ereignis-ID,Aufgabenkategorie", &new),
            ("Niveau,Date et heure,Source,ID de l\u{2019}\u{e9}v\u{e9}nement,Cat\u{e9}gorie de la t\u{e2}che", &new),
            ("Nivel,Fecha y hora,Origen,Id. del evento,Categor\u{ed}a de la tarea", &new),
            ("Livello,Data e ora,Origine,ID evento,Categoria attivit\u{e0}", &new),
            ("Niveau,Datum en tijd,Bron,Gebeurtenis-id,Taakcategorie", &new),
            ("N\u{ed}vel,Data e Hora,Fonte,Identifica\u{e7}\u{e3}o do Evento,Categoria da Tarefa", &new),
        ] {
            let found: Vec<_> = row.split(',').map(column).collect();
            let expected: Vec<_> = fields.iter().map(|field| Some(*field)).collect();
            assert_eq!(found, expected, "{row}");
        }
        assert_eq!(column("Last Error"), None);
    }
}
