//! Answers as text, for the command line.

use std::fmt;

use super::{Answer, Explained, Recipient};

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.taken_for)?;
        for (name, value) in &self.message {
            writeln!(f, "  {name}: {value}")?;
        }
        for report in &self.reports {
            let by = report.written_by.as_deref().unwrap_or("a server that is not named");
            let date = report.date.as_ref().map_or(String::new(), |date| format!(", {date}"));
            writeln!(f, "Report, written by {by}{date}")?;
            report.recipients.iter().try_for_each(|recipient| write_recipient(f, recipient))?;
            if report.more > 0 {
                writeln!(f, "  {} more recipients", report.more)?;
            }
        }
        if let Some(path) = &self.path {
            let total = path.total_text().map_or(String::new(), |total| format!(", {total}"));
            writeln!(f, "Path{total}")?;
            for (at, hop) in path.hops.iter().enumerate() {
                let or = |value: &Option<String>| value.clone().unwrap_or_else(|| "not named".to_owned());
                writeln!(f, "  {}. {}  {}", at + 1, hop.at, hop.delay_text())?;
                writeln!(f, "     from {} by {}", or(&hop.from), or(&hop.by))?;
                let with = [&hop.with, &hop.version].into_iter().flatten().cloned().collect::<Vec<_>>().join("; ");
                if !with.is_empty() {
                    writeln!(f, "     with {with}")?;
                }
            }
            if path.more > 0 {
                writeln!(f, "  {} more hops", path.more)?;
            }
            path.remarks.iter().try_for_each(|remark| writeln!(f, "  {remark}"))?;
        }
        write_explained(f, "Sender", &self.sender)?;
        write_explained(f, "Exchange", &self.exchange)?;
        self.remarks.iter().try_for_each(|remark| writeln!(f, "{remark}"))
    }
}

fn write_recipient(f: &mut fmt::Formatter<'_>, recipient: &Recipient) -> fmt::Result {
    let before = recipient.before.as_ref().map_or(String::new(), |before| format!(", first {before}"));
    writeln!(f, "  To {}{before}", recipient.address.as_deref().unwrap_or("a recipient that is not named"))?;
    if let Some(outcome) = recipient.outcome {
        writeln!(f, "    {outcome}")?;
    }
    if let Some(server) = &recipient.server {
        writeln!(f, "    Reply at {server}")?;
    }
    if let Some(reply) = &recipient.reply {
        writeln!(f, "    {reply}")?;
    }
    for (code, meaning, action) in &recipient.codes {
        writeln!(f, "    {code}: {meaning}")?;
        if let Some(action) = action {
            writeln!(f, "      {action}")?;
        }
    }
    Ok(())
}

fn write_explained(f: &mut fmt::Formatter<'_>, title: &str, all: &[Explained]) -> fmt::Result {
    if !all.is_empty() {
        writeln!(f, "{title}")?;
    }
    all.iter().try_for_each(|one| {
        let value: String = one.value.chars().take(300).collect();
        writeln!(f, "  {}: {value}", one.name)?;
        if one.text.is_empty() { Ok(()) } else { writeln!(f, "    {}", one.text) }
    })
}
