//! What to do about each resource that runs short.

use super::pressure::{Era, Kind, Scarce};
use crate::rules::discovery::{Discovery, quoted};

/// Adds the steps for what is short; for all of it when that is not known.
pub(super) fn steps(found: &mut Discovery, era: Era, name: Option<&str>, short: &[Scarce]) {
    let server = name.map_or_else(|| "<server>".to_owned(), quoted);
    let is_short = |kind: Kind| short.is_empty() || short.iter().any(|one| one.kind == kind || one.kind == Kind::Other);
    if era == Era::Modern {
        found.command("See how much of each resource is used now.", look(&server));
    } else {
        found.command(
            "See what the service says about its resources now.",
            format!(
                "Get-EventLog Application -ComputerName {server} -Source MSExchangeTransport -Newest 500 | Where-Object {{ (15001..15007) -contains $_.EventID }} | Format-List TimeGenerated,EventID,Message"
            ),
        );
    }
    if is_short(Kind::Disk) {
        found.command(
            "See which disk is full, and free space on it: old log files and files that do not belong to Exchange first. Leave the files of the queue database where they are.",
            format!("Get-WmiObject Win32_LogicalDisk -ComputerName {server} -Filter 'DriveType=3' | Format-Table DeviceID,FreeSpace,Size -AutoSize"),
        );
        if era == Era::Modern {
            found.command(
                "On the server, measure the folders that grow most often: rests of scanned messages (UnifiedContent) and logs.",
                "Get-ChildItem \"$env:ExchangeInstallPath\\TransportRoles\\data\",\"$env:ExchangeInstallPath\\Logging\" -Directory | ForEach-Object { '{0:N1} GB  {1}' -f ((Get-ChildItem $_.FullName -Recurse -File -ErrorAction SilentlyContinue | Measure-Object Length -Sum).Sum/1GB), $_.FullName }",
            );
        }
        found.step("If the disk is too small, put the queue database on another one: Move-TransportDatabase.ps1 in the folder Scripts of Exchange 2010 and later, QueueDatabasePath in EdgeTransport.exe.config of Exchange 2007.");
        found.warn("Moving the database stops the transport service for the time. Do not switch off the watching of resources: a full disk damages the queue.");
    }
    if is_short(Kind::VersionBuckets) {
        found.command(
            "Look for very large messages, which keep many changes open, and for a slow disk or an antivirus program on the folder of the queue.",
            format!("Get-Message -Server {server} -ResultSize Unlimited | Sort-Object Size -Descending | Select-Object -First 20 | Format-Table Identity,Size,FromAddress,Subject -AutoSize"),
        );
    }
    if is_short(Kind::ProcessMemory) || is_short(Kind::SystemMemory) {
        found.command(
            "See which processes use the memory. A virtual machine needs its memory reserved, not dynamic.",
            format!("Get-Process -ComputerName {server} | Sort-Object PrivateMemorySize64 -Descending | Select-Object -First 10 | Format-Table Name,Id,PrivateMemorySize64 -AutoSize"),
        );
    }
    if is_short(Kind::SubmissionQueue) {
        let queue =
            name.map_or_else(|| "<server>\\Submission".to_owned(), |name| quoted(&format!("{name}\\Submission")));
        found.command(
            "See what holds up the categorizer: directory servers that do not answer, transport rules, agents.",
            format!("Get-Queue {queue} | Format-List Status,MessageCount,LastError; Get-TransportAgent | Format-Table Identity,Enabled,Priority"),
        );
    }
    if era == Era::Modern {
        found.command("Check that the use goes back to Low, and that mail is taken again.", look(&server));
    } else {
        found.command(
            "Check that the queues of the other servers empty.",
            "Get-Queue | Sort-Object MessageCount -Descending | Select-Object -First 20",
        );
    }
    found.verify.push("Event 15005 reports a decrease to Normal or Low, and the server takes mail again.".to_owned());
}

fn look(server: &str) -> String {
    format!(
        "[xml]$bp = Get-ExchangeDiagnosticInfo -Server {server} -Process EdgeTransport -Component ResourceThrottling; $bp.Diagnostics.Components.ResourceThrottling.ResourceTracker.ResourceMeter | Format-Table Resource,CurrentResourceUse,PreviousResourceUse,Pressure -AutoSize"
    )
}
