//! The WebAssembly module: page and worker are the same module, and the global scope decides which
//! of the two this instance is. No logic here.
//!
//! `www/boot.js` starts the page and hands out workers (`queuescopeSpawnWorker`).

use wasm_bindgen::prelude::*;

fn main() {
    let global = js_sys::global();
    let on_page = js_sys::Reflect::has(&global, &JsValue::from_str("document")).unwrap_or(false);
    if on_page { queuescope::ui::start_page() } else { stub::start_worker() }
}

/// Stands in for `queuescope::worker::start_worker` and `queuescope::ui::start_page` until both are
/// there.
mod stub {
    use js_sys::{Function, Reflect};
    use wasm_bindgen::prelude::*;

    fn get(of: &JsValue, name: &str) -> JsValue {
        Reflect::get(of, &name.into()).unwrap_or_default()
    }

    fn call(of: &JsValue, name: &str, arguments: &js_sys::Array) -> JsValue {
        Reflect::apply(&Function::from(get(of, name)), of, arguments).unwrap_or_default()
    }

    pub fn start_worker() {
        let global: JsValue = js_sys::global().into();
        let on_message = Closure::<dyn FnMut(JsValue)>::new({
            let global = global.clone();
            move |event: JsValue| {
                let text = format!("worker heard {}", get(&event, "data").as_string().unwrap_or_default());
                call(&global, "postMessage", &js_sys::Array::of1(&text.into()));
            }
        })
        .into_js_value();
        let _ = Reflect::set(&global, &"onmessage".into(), &on_message);
    }
}
