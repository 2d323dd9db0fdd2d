//! Rests of scanned messages may fill the disk under the data folder of transport.

use super::pressure;
use crate::facts::Facts;
use crate::report::{Confidence, Missing};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, distinct, listed, quoted};

declare_rule! {
    /// # Symptoms
    /// A server of Exchange 2013 or later is short of disk space under TransportRoles\data, and the folder UnifiedContent there is many
    /// gigabytes large.
    ///
    /// # Cause
    /// Scanning leaves files in UnifiedContent, and a probe cleans them up. When Exchange or its temporary folder is not on the default path,
    /// the probe looks in the wrong place, and the files stay.
    ///
    /// # Resolution
    /// 1. Measure the folder.
    /// 2. Put its real path into AntiMalware.xml in the folder Monitoring\Config, and restart the health service.
    ///
    /// # More information
    /// The size of the folder stands in no export, so these files can only raise the question.
    id: "unifiedcontent-fills-disk",
    title: "Rests of scanned messages may fill the disk of transport",
    area: Resources,
    severity: Medium,
    role: Context,
    versions: V2013..=V2019,
    needs: [Events],
    helps: [BackPressure],
    explains: [],
    sources: ["https://microsoft.github.io/CSS-Exchange/Diagnostics/HealthChecker/UnifiedContentCleanup/"],
    check: check,
}

/// Where setup puts Exchange; the probe looks there.
const DEFAULT: &str = "\\program files\\microsoft\\exchange server\\v15\\";

/// Whether a resource is a disk that holds the temporary files, and not on the default path.
fn is_elsewhere(name: &str) -> bool {
    let name = name.to_lowercase();
    name.contains("\\transportroles\\data") && !name.contains(DEFAULT)
}

fn check(facts: &Facts) -> Verdict {
    let disks: Vec<_> = pressure::full_disks(facts).into_iter().filter(|(.., name)| is_elsewhere(name)).collect();
    if disks.is_empty() {
        return Verdict::NotApplicable;
    }
    let mut found = Discovery::new(Confidence::Possible);
    let mut places = String::new();
    for (_, span, name) in disks.iter().take(3) {
        places += &found.cite(Proof::new(*span, format!("A disk that is short: {name}")).mark([name.as_str()]));
    }
    let servers = distinct(disks.iter().filter_map(|(server, ..)| server.clone()));
    let on = if servers.is_empty() { String::new() } else { format!(" of {}", listed(&servers, 3)) };
    found.statement = format!(
        "The full disk{on} is that of transport data outside the default path {places}; there the cleanup of scanned messages often misses its folder, which then grows without end."
    );
    found.affects(servers.iter().cloned());
    found.unknown("How large the folder UnifiedContent is.");
    let command = "Get-ChildItem \"$env:ExchangeInstallPath\\TransportRoles\\data\\Temp\\UnifiedContent\" -Recurse -File | Measure-Object Length -Sum";
    found.missing.push(Missing {
        what: "The size of the folder UnifiedContent".to_owned(),
        settles: "Whether rests of scanned messages fill the disk.".to_owned(),
        command: command.to_owned(),
    });
    found.command("On the server, measure the folder. A few hundred MB are normal.", command);
    found.command(
        "If it is large, compare the path that the probe cleans with the real one, correct it, and restart the health service.",
        "Select-String -Path \"$env:ExchangeInstallPath\\Bin\\Monitoring\\Config\\AntiMalware.xml\" -Pattern CleanupFolderResponderFolderPaths",
    );
    let server = servers.first().map_or_else(|| "<server>".to_owned(), |name| quoted(name));
    found.command("Check that the disk has room again.", format!("Get-WmiObject Win32_LogicalDisk -ComputerName {server} -Filter 'DriveType=3' | Format-Table DeviceID,FreeSpace,Size -AutoSize"));
    found.verify.push("The folder shrinks within a day, and the disk keeps its free space.".to_owned());
    Verdict::Found(vec![found])
}
