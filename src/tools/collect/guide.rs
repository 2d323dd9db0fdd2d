//! Instructions in numbered steps, for servers on which no script runs.

use super::{How, Request};

/// The instructions for a request, as plain text.
pub fn guide(request: &Request) -> String {
    let mut text = format!(
        "What to gather for Queuescope: {}\n\n\
         Every step only reads. Put all files into one folder; names and order do not matter for reading, but a file that \
         says\nof which server it is helps people. Where SERVER stands, put the name of the server.\n",
        request.generation.title()
    );
    for (number, (entry, way)) in request.gathered().enumerate() {
        let files: Vec<&str> = way.files.iter().map(|(name, _)| *name).collect();
        text.push_str(&format!("\n{}. {}: {}\n", number + 1, entry.title, files.join(", ")));
        text.push_str(&format!("   {} Size: {}. Time: {}.", entry.settles, way.size, way.time));
        if !way.rights.is_empty() {
            text.push_str(&format!(" Needs: {}.", way.rights));
        }
        text.push('\n');
        match way.how {
            How::Steps(steps) => {
                for (step, words) in steps.iter().enumerate() {
                    text.push_str(&format!("   {}.{} {words}\n", number + 1, step + 1));
                }
            }
            How::Script(command, _) => text.push_str(&format!("   {}.1 {command}\n", number + 1)),
        }
    }
    if !request.servers.is_empty() {
        text.push_str(&format!("\nServers: {}\n", request.servers.join(", ")));
    }
    if !request.by_hand.is_empty() {
        text.push_str("\nBesides:\n");
        for one in &request.by_hand {
            text.push_str(&format!("- {}\n", one.split_whitespace().collect::<Vec<_>>().join(" ")));
        }
    }
    text.push_str("\nAt the end: drop the folder into Queuescope. To send it, zip it.\n");
    text
}
