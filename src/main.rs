//! The WebAssembly module: page and worker are the same module, and the global scope decides which
//! of the two this instance is. No logic here.
//!
//! `www/boot.js` starts the page and hands out workers (`queuescopeSpawnWorker`).

use wasm_bindgen::JsValue;

fn main() {
    let on_page = js_sys::Reflect::has(&js_sys::global(), &JsValue::from_str("document")).unwrap_or(false);
    if on_page { queuescope::ui::start_page() } else { queuescope::worker::start_worker() }
}
