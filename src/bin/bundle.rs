//! The packer: turns what Trunk staged into the page that is shipped, one sealed HTML file.
//!
//! Trunk runs it as a `post_build` hook. It puts the wasm-bindgen script and the module (packed as
//! lzip, written as [`septets()`], with the small module that unpacks it, `unpack.rs`) into the page,
//! writes the Content-Security-Policy with the hashes of exactly the scripts and styles that are in it,
//! and leaves in the staging folder:
//!
//! - `index.html` for any static web server, and `queuescope.html`, the same bytes, to carry around
//!   and open by double click;
//! - `queuescope.html.sha256`, for `sha256sum --check`;
//! - what lets a browser keep the hosted page ([`offline`]).
//!
//! Why the hosted page is the same single file: loading a module or script by address needs either
//! `connect-src` or `script-src` with an address in it. With everything inside, the policy is the same
//! wherever the page lies and has no permission for any request, not even to its own server; what was
//! tested from `file://` is byte for byte what is hosted; and there is one SHA-256 to publish. The
//! price is a seventh more bytes than the packed module, which HTTP compression takes off again.
//!
//! Traps: the browser hashes a script after turning CR LF into LF, so the page is normalized first.
//! A `</script` or `<!--` inside a script would end or garble it, so both are escaped. The output
//! depends on the input only: no date, no machine path, no order of a hash map.

#[path = "bundle/lean.rs"]
mod lean;
#[path = "bundle/offline.rs"]
mod offline;
#[path = "bundle/septets.rs"]
mod septets;

use std::fmt;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use flate2::Compression;
use flate2::write::GzEncoder;
use lzma_rust2::{LzipOptions, LzipWriter};
use sha2::{Digest as _, Sha256};

use septets::septets;

const POLICY_MARKER: &str = "<!--queuescope:policy-->";
const ICON_MARKER: &str = "<!--queuescope:icon-->";
const MODULE_MARKER: &str = "<!--queuescope:module-->";

/// The one place where the wasm-bindgen script can send a request: it loads the module by address
/// when it is given one. Here it always gets the compiled module, so the call is taken out, and the
/// shipped page has no `fetch` at all.
const LOAD_BY_ADDRESS: &str = "module_or_path = fetch(module_or_path);";
const NO_LOAD_BY_ADDRESS: &str = "throw new Error('the module is not loaded by address');";

/// Presets of LZMA, 0 to 9.
const FAST: u32 = 0;
const BEST: u32 = 9;
/// The longest match that LZMA knows, in bytes: searching for it makes the page 3 KB smaller than the presets do.
const LONGEST_MATCH: u32 = 273;

fn main() -> ExitCode {
    let Some(staging) = std::env::args_os().nth(1).or_else(|| std::env::var_os("TRUNK_STAGING_DIR")) else {
        eprintln!("usage: bundle FOLDER (the folder that Trunk built into; Trunk's hook needs no argument)");
        return ExitCode::from(2);
    };
    // Debug builds are for looking at, so they do not wait for the best compression.
    let debug = std::env::var_os("TRUNK_PROFILE").is_some_and(|profile| profile == "debug");
    match run(Path::new(&staging), if debug { FAST } else { BEST }) {
        Ok(summary) => {
            println!("{summary}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: the page was not packed: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Packs the staged build in place and says what came out.
fn run(staging: &Path, compression: u32) -> Result<String, Error> {
    let index = staging.join("index.html");
    let glue = staging.join("app.js");
    let module = staging.join("app_bg.wasm");
    let unpack_glue = staging.join("unpack.js");
    let unpack_module = staging.join("unpack_bg.wasm");
    let icon = staging.join("favicon.svg");

    let module_bytes = read(&module)?;
    let icon_text = read_text(&icon)?;
    let page = seal(&Parts {
        page: &read_text(&index)?,
        glue: &read_text(&glue)?,
        module: &module_bytes,
        unpack_glue: &read_text(&unpack_glue)?,
        unpack_module: &read(&unpack_module)?,
        icon: &icon_text,
        compression,
    })?;

    // Only now, with nothing left that can be wrong, is the staging folder changed.
    let digest = hex(&Sha256::digest(page.as_bytes()));
    write(&index, page.as_bytes())?;
    write(&staging.join("queuescope.html"), page.as_bytes())?;
    write(&staging.join("queuescope.html.sha256"), format!("{digest}  queuescope.html\n").as_bytes())?;
    for (name, text) in offline::files(&digest, &icon_text)? {
        write(&staging.join(name), text.as_bytes())?;
    }
    for used in [&glue, &module, &unpack_glue, &unpack_module, &icon] {
        fs::remove_file(used).map_err(|error| Error::File("remove", used.clone(), error))?;
    }
    Ok(format!(
        "queuescope.html: {} KB (module {} KB), SHA-256 {digest}",
        page.len().div_ceil(1000),
        module_bytes.len().div_ceil(1000),
    ))
}

/// What the page is made of.
struct Parts<'a> {
    page: &'a str,
    glue: &'a str,
    module: &'a [u8],
    /// What unpacks the module, and its script.
    unpack_glue: &'a str,
    unpack_module: &'a [u8],
    icon: &'a str,
    /// The preset of LZMA.
    compression: u32,
}

/// Puts the parts into one page and writes its policy.
fn seal(parts: &Parts<'_>) -> Result<String, Error> {
    let page = without_notes(&unix_lines(parts.page));
    let page = rewrite(&rewrite(&page, "script", lean::script)?, "style", lean::style)?;
    let icon = format!(
        r#"<link rel="icon" type="image/svg+xml" href="data:image/svg+xml;base64,{}">"#,
        BASE64.encode(unix_lines(parts.icon).trim()),
    );
    // Modules stand before the scripts that need them, so they are there when those run. Both scripts declare the same
    // name, so that of the unpacker is kept inside a function.
    let packed = lzip(parts.module, parts.compression)?;
    let unpacker = gzip(parts.unpack_module)?;
    let module = format!(
        "<script id=\"queuescope-wasm\" type=\"application/wasm+lzip\" data-length=\"{}\" data-unpacked=\"{}\">{}</script>\n\
         <script id=\"queuescope-unpack-wasm\" type=\"application/wasm+gzip\" data-length=\"{}\">{}</script>\n\
         <script>const queuescopeUnpack = (() => {{\n{}\nreturn wasm_bindgen;\n}})();</script>\n\
         <script id=\"queuescope-glue\">{}</script>",
        packed.len(),
        parts.module.len(),
        septets(&packed),
        unpacker.len(),
        septets(&unpacker),
        script(parts.unpack_glue)?,
        script(parts.glue)?,
    );
    let page = replace_once(&page, ICON_MARKER, &icon)?;
    let page = replace_once(&page, MODULE_MARKER, &module)?;
    let policy = policy(&page)?;
    let meta = format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">");
    let page = replace_once(&page, POLICY_MARKER, &meta)?;
    refuse_outside_addresses(&page)?;
    // The mark outranks what a server says of the character set, and the module would not survive another one.
    Ok(format!("\u{feff}{page}"))
}

/// The policy for exactly this page. Everything that is not named is refused.
///
/// `wasm-unsafe-eval` allows compiling WebAssembly and nothing else; `blob:` is the worker's text, and
/// pictures made by the page; trusted types refuse every way of turning text into script or markup
/// except that worker.
fn policy(page: &str) -> Result<String, Error> {
    let mut scripts = Vec::new();
    for (attributes, text) in elements(page, "script")? {
        match attribute(attributes, "type") {
            None | Some("text/javascript") => scripts.push(source_hash(text)),
            Some("module") => return Err(Error::ModuleScript),
            Some(_) => {} // data: never runs, needs no permission
        }
    }
    let styles: Vec<String> = elements(page, "style")?.into_iter().map(|(_, text)| source_hash(text)).collect();
    let styles = if styles.is_empty() { "'none'".to_owned() } else { styles.join(" ") };
    Ok([
        "default-src 'none'",
        "connect-src 'none'",
        &format!("script-src {} 'wasm-unsafe-eval'", scripts.join(" ")),
        "worker-src blob:",
        &format!("style-src {styles}"),
        "img-src data: blob:",
        "font-src 'none'",
        "media-src 'none'",
        "object-src 'none'",
        "frame-src 'none'",
        "manifest-src 'none'",
    ]
    .into_iter()
    .chain(BASE_DIRECTIVES)
    .collect::<Vec<_>>()
    .join("; "))
}

/// What every page of ours has: no forms, no other base of addresses, and no text that becomes script or markup.
const BASE_DIRECTIVES: [&str; 4] =
    ["form-action 'none'", "base-uri 'none'", "require-trusted-types-for 'script'", "trusted-types queuescope"];

/// Drops the comments, which explain the source to its authors; the markers stay.
fn without_notes(page: &str) -> String {
    let mut kept = String::with_capacity(page.len());
    let mut rest = page;
    while let Some((before, after)) = rest.split_once("<!--") {
        kept.push_str(before);
        let (note, after) = after.split_once("-->").unwrap_or((after, ""));
        if note.starts_with("queuescope:") {
            kept.push_str(&format!("<!--{note}-->"));
            rest = after;
        } else {
            rest = after.strip_prefix('\n').unwrap_or(after);
        }
    }
    kept + rest
}

fn source_hash(text: &str) -> String {
    format!("'sha256-{}'", BASE64.encode(Sha256::digest(text.as_bytes())))
}

/// All elements of this name, as attributes and text. Good enough for a page we wrote ourselves.
fn elements<'a>(page: &'a str, name: &'static str) -> Result<Vec<(&'a str, &'a str)>, Error> {
    let (open, close) = (format!("<{name}"), format!("</{name}>"));
    let mut found = Vec::new();
    let mut rest = page;
    while let Some((_, after)) = rest.split_once(&open) {
        let (attributes, after) = after.split_once('>').ok_or(Error::Unclosed(name))?;
        let (text, after) = after.split_once(&close).ok_or(Error::Unclosed(name))?;
        found.push((attributes, text));
        rest = after;
    }
    Ok(found)
}

/// The page with other texts in all elements of this name.
fn rewrite(page: &str, name: &'static str, with: fn(&str) -> String) -> Result<String, Error> {
    let (open, close) = (format!("<{name}"), format!("</{name}>"));
    let mut new = String::with_capacity(page.len());
    let mut rest = page;
    while let Some((before, after)) = rest.split_once(&open) {
        let (attributes, after) = after.split_once('>').ok_or(Error::Unclosed(name))?;
        let (text, after) = after.split_once(&close).ok_or(Error::Unclosed(name))?;
        new.push_str(&format!("{before}{open}{attributes}>{}{close}", with(text)));
        rest = after;
    }
    Ok(new + rest)
}

fn attribute<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    let (_, value) = attributes.split_once(&format!("{name}=\""))?;
    value.split_once('"').map(|(value, _)| value)
}

/// Refuses a page that names anything it would have to load: it would be refused by the policy, and
/// it would be a promise broken in the source.
fn refuse_outside_addresses(page: &str) -> Result<(), Error> {
    let mut markup = String::new();
    let mut rest = page;
    // Scripts are not markup; their text is covered by the policy and by the browser tests.
    while let Some((before, after)) = rest.split_once("<script") {
        markup.push_str(before);
        let (attributes, after) = after.split_once('>').ok_or(Error::Unclosed("script"))?;
        markup.push_str(&format!("<script{attributes}>"));
        rest = after.split_once("</script>").ok_or(Error::Unclosed("script"))?.1;
    }
    markup.push_str(rest);

    for start in ["src=", "href=", "srcset=", "action=", "@import", "url("] {
        let mut rest = markup.as_str();
        while let Some((_, after)) = rest.split_once(start) {
            let address = after.trim_start_matches(['"', '\'', ' ']);
            if !address.starts_with("data:") && !address.starts_with('#') {
                return Err(Error::OutsideAddress(format!(
                    "{start}{}",
                    after.chars().take_while(|c| !"> \n".contains(*c)).take(80).collect::<String>()
                )));
            }
            rest = after;
        }
    }
    Ok(())
}

/// A script of wasm-bindgen as it stands in the page.
fn script(glue: &str) -> Result<String, Error> {
    Ok(embeddable(&lean::script(&without_load_by_address(&unix_lines(glue))?)))
}

fn without_load_by_address(glue: &str) -> Result<String, Error> {
    if glue.matches(LOAD_BY_ADDRESS).count() != 1 {
        return Err(Error::Glue);
    }
    Ok(glue.replace(LOAD_BY_ADDRESS, NO_LOAD_BY_ADDRESS))
}

/// Makes a script safe to stand inside a page. Both sequences occur in string literals only, where the
/// backslash means nothing.
fn embeddable(script: &str) -> String {
    let mut safe = String::with_capacity(script.len());
    let mut rest = script;
    while let Some((before, after)) = rest.split_once('<') {
        safe.push_str(before);
        safe.push('<');
        let end_tag = after.get(..7).is_some_and(|tag| tag.eq_ignore_ascii_case("/script"));
        if end_tag || after.starts_with("!--") {
            safe.push('\\');
        }
        rest = after;
    }
    safe + rest
}

fn unix_lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

fn replace_once(page: &str, marker: &'static str, with: &str) -> Result<String, Error> {
    match page.matches(marker).count() {
        1 => Ok(page.replacen(marker, with, 1)),
        count => Err(Error::Marker(marker, count)),
    }
}

/// What unpacks the module comes as gzip, which browsers unpack themselves. No date and no name in it.
fn gzip(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::best());
    writer.write_all(bytes).and_then(|()| writer.finish()).map_err(Error::Packing)
}

/// See `unpack.rs`. The format holds no date and no name, so the same module gives the same bytes.
fn lzip(bytes: &[u8], preset: u32) -> Result<Vec<u8>, Error> {
    let mut options = LzipOptions::with_preset(preset);
    // What unpacks it takes as much memory as the dictionary is large, and more than everything there is brings nothing. Trap:
    // the header holds few sizes, and the writer says a smaller one than it uses for those between.
    let whole = u32::try_from(bytes.len()).ok().and_then(u32::checked_next_power_of_two);
    options.lzma_options.dict_size = options.lzma_options.dict_size.min(whole.unwrap_or(u32::MAX));
    options.lzma_options.nice_len = LONGEST_MATCH;
    let mut writer = LzipWriter::new(Vec::new(), options);
    writer.write_all(bytes).and_then(|()| writer.finish()).map_err(Error::Packing)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(|error| Error::File("read", path.to_owned(), error))
}

fn read_text(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|error| Error::File("read", path.to_owned(), error))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    fs::write(path, bytes).map_err(|error| Error::File("write", path.to_owned(), error))
}

/// Why there is no page.
#[derive(Debug)]
enum Error {
    File(&'static str, PathBuf, std::io::Error),
    Marker(&'static str, usize),
    Unclosed(&'static str),
    ModuleScript,
    OutsideAddress(String),
    Glue,
    Packing(std::io::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(what, path, error) => {
                write!(f, "failed to {what} {}: {error}", path.display())?;
                if *what == "read" {
                    write!(f, " (is this the folder of a finished Trunk build?)")?;
                }
                Ok(())
            }
            Self::Marker(marker, count) => {
                write!(f, "www/index.html must hold {marker} exactly once, it is there {count} times")
            }
            Self::Unclosed(name) => write!(f, "a <{name}> element of the page is not closed"),
            Self::ModuleScript => {
                write!(f, "the page holds a module script, which does not run from file://; use a classic script")
            }
            Self::OutsideAddress(address) => {
                write!(f, "the page must hold everything it needs, but it names {address}")
            }
            Self::Glue => write!(
                f,
                "the wasm-bindgen script does not hold `{LOAD_BY_ADDRESS}` exactly once; after an update of \
                 wasm-bindgen, look how it loads the module and adapt src/bin/bundle.rs"
            ),
            Self::Packing(error) => write!(f, "failed to compress the module: {error}"),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use super::*;

    const PAGE: &str = "<!doctype html>\r\n<head><!--queuescope:policy--><!--queuescope:icon-->\r\n\
        <style>body { margin: 0 }\r\n</style><script>boot();\r\n</script></head><body><!--queuescope:module--></body>";
    const GLUE: &str = "let wasm_bindgen = 1; module_or_path = fetch(module_or_path);";

    fn parts<'a>(page: &'a str, glue: &'a str) -> Parts<'a> {
        Parts {
            page,
            glue,
            module: b"\0asm",
            unpack_glue: GLUE,
            unpack_module: b"\0un",
            icon: "<svg/>",
            compression: FAST,
        }
    }

    fn content_policy(page: &str) -> &str {
        page.split_once("Content-Security-Policy\" content=\"").unwrap().1.split_once('"').unwrap().0
    }

    #[test]
    fn policy_names_exactly_the_scripts_and_styles_of_the_page() {
        let page = seal(&parts(PAGE, GLUE)).unwrap();
        let policy = content_policy(&page);
        let runs: Vec<_> = elements(&page, "script")
            .unwrap()
            .into_iter()
            .filter(|(attributes, _)| attribute(attributes, "type").is_none())
            .collect();
        assert_eq!(runs.len(), 3);
        for (_, text) in runs {
            assert!(policy.contains(&source_hash(text)), "{text}");
        }
        assert!(policy.contains(&source_hash("body { margin: 0 }\n")), "line ends are those the browser hashes");
        assert_eq!(policy.matches("'sha256-").count(), 4);
        assert!(policy.starts_with("default-src 'none'; connect-src 'none'; "));
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"));
    }

    #[test]
    fn source_hash_is_the_one_browsers_compute() {
        // The example of the Content Security Policy specification.
        assert_eq!(source_hash("alert('Hello, world.');"), "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='");
    }

    #[test]
    fn module_is_packed_as_lzip() {
        use std::io::Read as _;
        let mut module = Vec::new();
        let packed = lzip(b"\0asm", FAST).unwrap();
        lzma_rust2::LzipReader::new(packed.as_slice()).read_to_end(&mut module).unwrap();
        assert_eq!(module, b"\0asm");
        // A length between the sizes of a dictionary, with a match from one end to the other.
        let mut seed = 1_u32;
        let mut noise: Vec<u8> = std::iter::repeat_with(|| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            seed.to_be_bytes()[0]
        })
        .take(6900)
        .collect();
        noise.extend_from_within(..100);
        module.clear();
        lzma_rust2::LzipReader::new(lzip(&noise, FAST).unwrap().as_slice()).read_to_end(&mut module).unwrap();
        assert_eq!(module, noise);
        let page = seal(&parts(PAGE, GLUE)).unwrap();
        let (attributes, text) = elements(&page, "script").unwrap().remove(1);
        assert_eq!(attribute(attributes, "data-unpacked"), Some("4"));
        assert_eq!(attribute(attributes, "data-length"), Some(packed.len().to_string().as_str()));
        assert_eq!(text, septets(&packed));
        // What unpacks it is packed in the way that browsers know.
        let (attributes, text) = elements(&page, "script").unwrap().remove(2);
        let unpacker = gzip(b"\0un").unwrap();
        assert_eq!(attribute(attributes, "data-length"), Some(unpacker.len().to_string().as_str()));
        assert_eq!(text, septets(&unpacker));
        let mut module = Vec::new();
        flate2::read::GzDecoder::new(unpacker.as_slice()).read_to_end(&mut module).unwrap();
        assert_eq!(module, b"\0un");
    }

    #[test]
    fn same_input_gives_same_bytes() {
        assert_eq!(seal(&parts(PAGE, GLUE)).unwrap(), seal(&parts(PAGE, GLUE)).unwrap());
    }

    #[test]
    fn notes_are_dropped_and_markers_stay() {
        let page = "<!doctype html>\n<!-- why -->\n<head><!--queuescope:icon--></head>";
        assert_eq!(without_notes(page), "<!doctype html>\n<head><!--queuescope:icon--></head>");
    }

    #[test]
    fn script_cannot_end_itself() {
        assert_eq!(
            embeddable("a('</script>', '</SCRIPT>', '<!--', 1 < 2)"),
            "a('<\\/script>', '<\\/SCRIPT>', '<\\!--', 1 < 2)"
        );
        let glue = format!("{GLUE} const end = '</script><script>alert(1)';");
        let page = seal(&parts(PAGE, &glue)).unwrap();
        assert_eq!(page.matches("</script>").count(), 5);
    }

    #[test]
    fn glue_cannot_load_by_address() {
        let page = seal(&parts(PAGE, GLUE)).unwrap();
        assert!(!page.contains("fetch("));
        assert!(matches!(seal(&parts(PAGE, "let wasm_bindgen = 1;")), Err(Error::Glue)));
    }

    #[test]
    fn page_with_an_address_is_refused() {
        for addition in [
            r#"<script src="https://example.com/x.js"></script>"#,
            r#"<link rel="stylesheet" href="style/base.css">"#,
            "<style>@import 'x.css';</style>",
            "<style>p { background: url(//example.com/x.png) }</style>",
            r#"<img src="x.png">"#,
        ] {
            let page = PAGE.replace("<body>", &format!("<body>{addition}"));
            assert!(matches!(seal(&parts(&page, GLUE)), Err(Error::OutsideAddress(_))), "{addition}");
        }
        let page = PAGE.replace("<body>", "<body><a href=\"#files\">Files</a><img src=\"data:image/png;base64,AA==\">");
        assert!(seal(&parts(&page, GLUE)).is_ok());
    }

    #[test]
    fn missing_parts_are_named() {
        let error = seal(&parts("<html></html>", GLUE)).unwrap_err().to_string();
        assert_eq!(error, "www/index.html must hold <!--queuescope:icon--> exactly once, it is there 0 times");
        let error = run(Path::new("/nonexistent"), FAST).unwrap_err().to_string();
        assert!(error.contains("failed to read /nonexistent/app_bg.wasm"), "{error}");
    }
}
