//! The few things the page asks of the browser itself: time, theme, clipboard, saving, scrolling, focus.
//!
//! Everything here may be refused (private windows, policies, old versions) and then does nothing. The
//! theme, the language and whether single keys are off are the only things that are ever stored.

use std::cell::{Cell, OnceCell, RefCell};

use gloo::events::{EventListener, EventListenerOptions};
use gloo::timers::callback::Timeout;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobPropertyBag, Document, Element, HtmlAnchorElement, HtmlDocument, HtmlElement, HtmlInputElement,
    HtmlTextAreaElement, Url, Window,
};

use super::language::Language;

pub fn window() -> Option<Window> {
    web_sys::window()
}

/// Width of the window, in pixels of the page.
pub fn window_width() -> Option<f64> {
    window()?.inner_width().ok()?.as_f64()
}

pub fn document() -> Option<Document> {
    window()?.document()
}

/// Milliseconds, only for differences.
pub fn now() -> f64 {
    window().and_then(|window| window.performance()).map_or_else(js_sys::Date::now, |performance| performance.now())
}

pub fn hash() -> String {
    window().and_then(|window| window.location().hash().ok()).unwrap_or_default()
}

/// Whether the page was opened from a file.
pub fn is_file() -> bool {
    window().and_then(|window| window.location().protocol().ok()).is_some_and(|protocol| protocol == "file:")
}

/// Processors of this machine, as far as the browser tells.
pub fn processors() -> u32 {
    window().map_or(1, |window| window.navigator().hardware_concurrency() as u32).max(1)
}

/// A number that the address gives, to measure and to find faults: how many workers shall read (`?workers=2`), and for how many
/// milliseconds one of them may be silent (`?patience=3000`).
pub fn number_asked_for(name: &str) -> Option<u32> {
    let query = window()?.location().search().ok()?;
    let parts = query.trim_start_matches('?').split('&').filter_map(|part| part.split_once('='));
    let number = parts.filter(|(own, _)| *own == name).find_map(|(_, number)| number.parse().ok());
    number.filter(|number| *number > 0)
}

/// Gives the page another address, a step of Back behind the one before. No `hashchange` comes of it.
pub fn push_hash(hash: &str) {
    let history = window().filter(|_| self::hash() != hash).and_then(|window| window.history().ok());
    if let Some(history) = history {
        // A refusal leaves the view as it is.
        let _ = history.push_state_with_url(&JsValue::NULL, "", Some(hash));
    }
}

/// Puts the address right without another step of Back; one without a hash stays.
pub fn correct_hash(hash: &str) {
    let shown = self::hash();
    if let Some(history) =
        window().filter(|_| !shown.is_empty() && shown != hash).and_then(|window| window.history().ok())
    {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(hash));
    }
}

/// Names the view in the title of the page, so that the entries of Back differ. Nothing of a case stands there.
pub fn set_title(view: &str) {
    thread_local! {
        /// The title that the page came with.
        static OWN: OnceCell<String> = const { OnceCell::new() };
    }
    if let Some(document) = window().and_then(|window| window.document()) {
        let own = OWN.with(|own| own.get_or_init(|| document.title()).clone());
        document.set_title(&if view.is_empty() { own } else { format!("{view} · {own}") });
    }
}

thread_local! {
    /// Whether the page itself wants to be left.
    static LEAVING: Cell<bool> = const { Cell::new(false) };
}

/// Asks before the page is left by a stray reload while there is something to lose. The words are the browser's own.
pub fn warn_before_leaving() -> Option<EventListener> {
    let options = EventListenerOptions::enable_prevent_default();
    let window = window()?;
    Some(EventListener::new_with_options(&window, "beforeunload", options, |event| {
        if !LEAVING.get() {
            event.prevent_default();
        }
    }))
}

/// Forgets the case: nothing is stored, so a reload is the whole of it.
pub fn reload() {
    LEAVING.set(true);
    if let Some(window) = window() {
        let _ = window.location().reload();
    }
}

pub fn by_id(id: &str) -> Option<HtmlElement> {
    document()?.get_element_by_id(id)?.dyn_into().ok()
}

pub fn click(id: &str) {
    if let Some(element) = by_id(id) {
        element.click();
    }
}

/// Brings an element to the top of what scrolls and gives it the focus.
pub fn go_to(id: &str) {
    if let Some(element) = by_id(id) {
        element.scroll_into_view();
        let _ = element.focus();
    }
}

/// Whether somebody has the focus in a field to write into, other than this element.
pub fn writes_elsewhere(id: &str) -> bool {
    let active = document().and_then(|document| document.active_element());
    active.is_some_and(|active| matches!(active.tag_name().as_str(), "INPUT" | "TEXTAREA") && active.id() != id)
}

pub fn set_body_state(word: &str) {
    if let Some(body) = document().and_then(|document| document.body()) {
        let _ = body.dataset().set("state", word);
    }
}

/// Sets a custom property on the root; the policy permits it through the object model only.
pub fn set_property(name: &str, value: &str) {
    if let Some(root) = root() {
        let _ = root.style().set_property(name, value);
    }
}

fn root() -> Option<HtmlElement> {
    document()?.document_element()?.dyn_into().ok()
}

// ---- Theme, language and keys ----

const THEME: &str = "queuescope-theme";
const LANGUAGE: &str = "queuescope-language";
const KEYS: &str = "queuescope-keys";

thread_local! {
    /// Whether single keys act; read from what was stored when somebody asks first.
    static SINGLE_KEYS: Cell<Option<bool>> = const { Cell::new(None) };
}

/// Whether letters, digits and `?` act by themselves.
pub fn single_keys() -> bool {
    let known = SINGLE_KEYS.get().unwrap_or_else(|| remembered(KEYS).as_deref() != Some("off"));
    SINGLE_KEYS.set(Some(known));
    known
}

/// Switches them on or off, until the page is closed where nothing can be stored.
pub fn set_single_keys(on: bool) {
    SINGLE_KEYS.set(Some(on));
    remember(KEYS, (!on).then_some("off"));
}

fn remembered(name: &str) -> Option<String> {
    window()?.local_storage().ok()??.get_item(name).ok()?
}

fn remember(name: &str, value: Option<&str>) {
    let Some(storage) = window().and_then(|window| window.local_storage().ok().flatten()) else { return };
    let _ = match value {
        Some(value) => storage.set_item(name, value),
        None => storage.remove_item(name),
    };
}

/// The language that the user chose, else the first one of the browser's list that the page speaks.
pub fn language() -> Language {
    let list = || {
        let tags = window().map(|window| window.navigator().languages()).unwrap_or_default();
        let tags: Vec<String> = tags.iter().filter_map(|tag| tag.as_string()).collect();
        Language::of_reader(tags.iter().map(String::as_str))
    };
    remembered(LANGUAGE).and_then(|tag| Language::of_tag(&tag)).unwrap_or_else(list)
}

pub fn remember_language(language: Language) {
    remember(LANGUAGE, Some(language.tag()));
}

/// Says in which language the page is, for hyphens and screen readers.
pub fn set_language(language: Language) {
    if let Some(root) = root() {
        let _ = root.set_attribute("lang", language.tag());
    }
}

/// What the user chose: `light`, `dark`, or nothing for the system's.
pub fn theme() -> Option<String> {
    remembered(THEME).filter(|theme| theme == "light" || theme == "dark")
}

pub fn apply_theme(theme: Option<&str>) {
    let Some(root) = root() else { return };
    let _ = match theme {
        Some(theme) => root.set_attribute("data-theme", theme),
        None => root.remove_attribute("data-theme"),
    };
}

pub fn remember_theme(theme: Option<&str>) {
    remember(THEME, theme);
}

// ---- Clipboard and saving ----

/// Puts text on the clipboard; false if the browser refuses both ways.
pub async fn copy(text: &str) -> bool {
    let Some(window) = window() else { return false };
    let clipboard = js_sys::Reflect::get(&window.navigator(), &"clipboard".into()).unwrap_or(JsValue::UNDEFINED);
    // Missing on plain http pages; refused when the window is not in front.
    if clipboard.is_object() && JsFuture::from(window.navigator().clipboard().write_text(text)).await.is_ok() {
        return true;
    }
    copy_by_selection(text).unwrap_or(false)
}

fn copy_by_selection(text: &str) -> Option<bool> {
    let document: HtmlDocument = document()?.dyn_into().ok()?;
    let area: HtmlTextAreaElement = document.create_element("textarea").ok()?.dyn_into().ok()?;
    let before = document.active_element();
    area.set_value(text);
    area.set_class_name("visually-hidden");
    document.body()?.append_child(&area).ok()?;
    area.select();
    let copied = document.exec_command("copy").unwrap_or(false);
    area.remove();
    if let Some(element) = before.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
    Some(copied)
}

/// Offers text as a file to save.
pub fn save(name: &str, text: &str, media_type: &str) -> bool {
    let saved = || -> Option<()> {
        let options = BlobPropertyBag::new();
        options.set_type(media_type);
        let blob = Blob::new_with_str_sequence_and_options(&js_sys::Array::of1(&text.into()), &options).ok()?;
        let address = Url::create_object_url_with_blob(&blob).ok()?;
        let link: HtmlAnchorElement = document()?.create_element("a").ok()?.dyn_into().ok()?;
        link.set_href(&address);
        link.set_download(name);
        link.click();
        // Firefox reads the address after the click; a minute is longer than any dialog needs to start.
        Timeout::new(60_000, move || {
            let _ = Url::revoke_object_url(&address);
        })
        .forget();
        Some(())
    };
    saved().is_some()
}

/// The text of a file that was chosen in a field; `None` when there is none, when it is longer than that, or when the browser
/// does not give it out. The field is empty afterwards, so that the same file can be chosen again.
pub async fn chosen_text(field: HtmlInputElement, longest: f64) -> Option<String> {
    let file = field.files().and_then(|files| files.get(0));
    field.set_value("");
    let file = file.filter(|file| file.size() <= longest)?;
    JsFuture::from(file.text()).await.ok()?.as_string()
}

// ---- Focus and scrolling ----

thread_local! {
    static OPENER: RefCell<Option<(HtmlElement, f64)>> = const { RefCell::new(None) };
}

/// Remembers what opened the drawer and where it stood.
pub fn remember_opener() {
    let active = document().and_then(|document| document.active_element());
    let opener =
        active.filter(|element| !inside(element, "#drawer")).and_then(|element| element.dyn_into::<HtmlElement>().ok());
    if let Some(opener) = opener {
        let place = place_in_main(&opener);
        OPENER.set(Some((opener, place)));
    }
}

/// How far below the beginning of what main shows an element stands, however far that is scrolled.
fn place_in_main(element: &Element) -> f64 {
    element.get_bounding_client_rect().top() + by_id("main").map_or(0.0, |main| f64::from(main.scroll_top()))
}

/// Scrolls main so that the opener stands where it stood, although the column became narrower.
pub fn hold_opener() {
    OPENER.with_borrow(|opener| {
        if let (Some((opener, place)), Some(main)) = (opener, by_id("main")) {
            let moved = place_in_main(opener) - place;
            if moved.abs() >= 1.0 && inside(opener, "#main") {
                main.set_scroll_top(main.scroll_top() + moved as i32);
            }
        }
    });
}

/// Gives the focus back to what opened the drawer, unless it is elsewhere by now.
pub fn focus_opener() {
    if let Some((opener, _)) = OPENER.take() {
        let active = document().and_then(|document| document.active_element());
        if active.is_none_or(|active| active.tag_name() == "BODY" || inside(&active, "#drawer")) {
            let _ = opener.focus();
        }
    }
}

/// Gives the focus to the heading of the view when nothing has it.
pub fn focus_heading_if_lost() {
    let Some(document) = document() else { return };
    let is_lost = document.active_element().is_none_or(|active| active.tag_name() == "BODY");
    let heading = ["#main h1", "#main h2", "#main"].iter().find_map(|at| document.query_selector(at).ok().flatten());
    if let Some(heading) = heading.filter(|_| is_lost).and_then(|heading| heading.dyn_into::<HtmlElement>().ok()) {
        let _ = heading.set_attribute("tabindex", "-1");
        let _ = heading.focus();
    }
}

fn inside(element: &Element, selector: &str) -> bool {
    element.closest(selector).ok().flatten().is_some()
}
