//! The files that let a browser keep the hosted page: a page to ask for it, a service worker, a manifest, an icon.
//!
//! Why a page of its own: to start a service worker takes `worker-src 'self'`, and to name a manifest `manifest-src 'self'`. Either
//! would let a script of that page send a request to its server, so the page that reads files has neither, and this one, which
//! has both, never sees a file.

use super::{BASE_DIRECTIVES, Error, POLICY_MARKER, replace_once, source_hash, unix_lines};

const PAGE: &str = include_str!("../../../www/offline/install.html");
const STYLE: &str = include_str!("../../../www/offline/install.css");
const SCRIPT: &str = include_str!("../../../www/offline/install.js");
const WORKER: &str = include_str!("../../../www/offline/service-worker.js");
const MANIFEST: &str = include_str!("../../../www/offline/manifest.webmanifest");

const STYLE_MARKER: &str = "<!--queuescope:style-->";
const SCRIPT_MARKER: &str = "<!--queuescope:script-->";
const VERSION_MARKER: &str = "queuescope:version";

/// Characters of the digest that tell two versions apart.
const VERSION: usize = 16;

/// The files, by name; `digest` is that of the page, so that another page is another version.
pub(super) fn files(digest: &str, icon: &str) -> Result<Vec<(&'static str, String)>, Error> {
    let version = digest.get(..VERSION).unwrap_or(digest);
    Ok(vec![
        ("install.html", page()?),
        ("service-worker.js", replace_once(&unix_lines(WORKER), VERSION_MARKER, version)?),
        ("manifest.webmanifest", unix_lines(MANIFEST)),
        ("icon.svg", unix_lines(icon)),
    ])
}

fn page() -> Result<String, Error> {
    let (style, script) = (unix_lines(STYLE), unix_lines(SCRIPT));
    let policy = [
        "default-src 'none'",
        "connect-src 'none'",
        &format!("script-src {}", source_hash(&script)),
        &format!("style-src {}", source_hash(&style)),
        "worker-src 'self'",
        "manifest-src 'self'",
        "img-src 'self'",
    ]
    .into_iter()
    .chain(BASE_DIRECTIVES)
    .collect::<Vec<_>>()
    .join("; ");
    let meta = format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">");
    let page = replace_once(&super::without_notes(&unix_lines(PAGE)), POLICY_MARKER, &meta)?;
    let page = replace_once(&page, STYLE_MARKER, &format!("<style>{style}</style>"))?;
    replace_once(&page, SCRIPT_MARKER, &format!("<script>{script}</script>"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use super::*;

    #[test]
    fn another_page_is_another_version() {
        let worker = |digest: &str| files(digest, "<svg/>").unwrap().into_iter().find(|f| f.0 == "service-worker.js");
        assert_ne!(worker("0123456789abcdef0"), worker("1123456789abcdef0"));
        assert!(worker("0123456789abcdef0").unwrap().1.contains("const VERSION = \"0123456789abcdef\";"));
    }

    #[test]
    fn the_page_that_keeps_may_start_a_worker_and_send_nothing() {
        let page = page().unwrap();
        assert!(page.contains("connect-src 'none'") && page.contains("worker-src 'self'"));
        assert!(!page.contains("unsafe") && !page.contains("queuescope:"));
    }

    #[test]
    fn the_page_that_keeps_speaks_both_languages() {
        let page = page().unwrap();
        let texts = |tag: &str| page.matches(&format!(" lang=\"{tag}\">")).count();
        // The root says English until the script has chosen.
        assert_eq!(texts("en"), texts("de") + 1);
        assert!(texts("de") > 5 && page.contains("Queuescope öffnen"));
    }

    #[test]
    fn the_worker_keeps_what_is_written() {
        for (name, _) in files("0123456789abcdef0", "<svg/>").unwrap() {
            // A worker does not keep itself: the browser does.
            assert!(name == "service-worker.js" || WORKER.contains(&format!("\"{name}\"")), "{name}");
        }
    }
}
