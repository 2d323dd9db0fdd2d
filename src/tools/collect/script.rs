//! The PowerShell script.
//!
//! It is written for PowerShell 2.0, which Exchange 2007 and 2010 run in. The text is put together from fixed parts; of
//! what a caller gives, only names of servers and the number of days get into commands, the names as strings in single
//! quotes. What is missing beyond the script gets into comments.
//!
//! Traps:
//! - PowerShell takes four characters for a single quote, and ends a comment at every line end; see [`quoted`], [`line`].
//! - Errors of a remote session do not stop a command. They come out of its error stream, which is why answers are
//!   gathered with `2>&1` and sorted afterwards: what came before an error is kept.
//! - Windows PowerShell reads a script without a byte order mark in the code page of Windows; see [`with_mark`].

use super::{Generation, How, Request};

/// A name as a PowerShell string in single quotes. Nothing in it is expanded.
pub fn quoted(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 2);
    text.push('\'');
    for c in name.chars().filter(|c| !is_line_end(*c)) {
        text.push(c);
        // Whichever of them closes a string, two in a row are one inside of it.
        if matches!(c, '\'' | '\u{2018}' | '\u{2019}' | '\u{201A}' | '\u{201B}') {
            text.push(c);
        }
    }
    text.push('\'');
    text
}

/// Control characters, and what some program takes for the end of a line.
fn is_line_end(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// A text in one line, for a comment.
fn line(text: &str) -> String {
    let joined: String = text.chars().map(|c| if is_line_end(c) { ' ' } else { c }).collect();
    joined.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text of a file: with a byte order mark where the script is not plain ASCII.
pub(super) fn with_mark(script: String) -> String {
    if script.is_ascii() { script } else { format!("\u{FEFF}{script}") }
}

/// The script for a request.
pub fn script(request: &Request) -> String {
    let mut body = String::new();
    let mut group = None;
    for (entry, way) in request.gathered() {
        let How::Script(_, code) = way.how else { continue };
        if group != Some(entry.group) {
            group = Some(entry.group);
            body.push_str(&format!("\nWrite-Host {}\n", quoted(entry.group.title())));
        }
        body.push_str(&format!("\n# {}. {}\n# Size: {}. Time: {}.\n", entry.title, entry.settles, way.size, way.time));
        if !way.rights.is_empty() {
            body.push_str(&format!("# Needs: {}.\n", way.rights));
        }
        body.push_str(code.trim());
        body.push('\n');
    }
    if body.contains("$plan") {
        body.push_str(COPY_LOGS);
    }
    let mut text = head(request);
    text.push_str(&settings(request));
    text.push_str(START);
    let servers = ["$names", "$transport", "$services", "$chosen", "$exchange", "$wanted"];
    let servers = if servers.iter().any(|name| body.contains(name)) { SERVERS } else { "" };
    for (name, helper) in HELPERS {
        let used = |text: &str| text.contains(name);
        let by_another = HELPERS.iter().any(|(other, text)| other != name && body.contains(other) && used(text));
        if used(&body) || used(servers) || by_another || used(END) {
            text.push_str(helper);
        }
    }
    text.push_str(test(request.generation));
    text.push_str(FOLDER);
    text.push_str(servers);
    text.push_str(&body);
    text.push_str(END);
    text
}

fn head(request: &Request) -> String {
    let shell = match request.generation {
        Generation::Online => {
            "#   1. Open PowerShell and connect with Connect-ExchangeOnline; the role View-Only Configuration is enough.\n"
        }
        _ => {
            "#   1. Copy it to an Exchange server and open the Exchange Management Shell there as administrator.\n\
             #      Rights: View-Only Organization Management; for events and logs, local administrator of the servers.\n"
        }
    };
    let mut text = format!(
        "# queuescope-collect.ps1, for {}: gathers what Queuescope reads.\n\
         #\n\
         # It only reads: Get- commands, Test-ServiceHealth, exports by wevtutil and ldifde, and copies of logs into a new\n\
         # folder. It changes no setting, starts and stops nothing, and sends nothing anywhere.\n\
         #\n\
         # How to run it:\n\
         {shell}\
         #   2. If it came by browser or mail, free it: right click, Properties, Unblock.\n\
         #   3. .\\queuescope-collect.ps1            (or, for more days of logs: .\\queuescope-collect.ps1 -Days 7)\n\
         #   4. Look through the folder that it names at its end, then drop the folder into Queuescope.\n",
        request.generation.title()
    );
    let by_hand: Vec<String> = request
        .gathered()
        .filter_map(|(entry, way)| match way.how {
            How::Steps(steps) => Some(format!("{}: {}", entry.title, steps.join(" "))),
            How::Script(..) => None,
        })
        .chain(request.by_hand.iter().cloned())
        .collect();
    if !by_hand.is_empty() {
        text.push_str("#\n# This is gathered by hand:\n");
        for one in &by_hand {
            text.push_str(&format!("#   - {}\n", line(one)));
        }
    }
    text
}

fn settings(request: &Request) -> String {
    let days = request.days.clamp(1, Request::MOST_DAYS);
    let servers: Vec<String> = request.servers.iter().map(|name| quoted(name)).collect();
    format!(
        "\n#requires -version 2.0\n\n\
         param(\n    \
             # Days of logs and events.\n    [int]$Days = {days},\n    \
             # Only these servers; empty for all.\n    [string[]]$Servers = @({}),\n    \
             # Most that is copied of logs, the newest first.\n    [int]$LimitMB = 1000,\n    \
             # Where to; empty for a new folder in your home folder.\n    [string]$Folder = ''\n\
         )\n",
        servers.join(", ")
    )
}

/// Commands without which there is nothing to ask.
fn test(generation: Generation) -> &'static str {
    if generation == Generation::Online { TEST_ONLINE } else { TEST_SHELL }
}

const TEST_SHELL: &str = "
if (-not (Get-Command Get-ExchangeServer -ErrorAction SilentlyContinue)) {
    Write-Host 'This is no Exchange Management Shell. Open it on an Exchange server and run the script there.'
    return
}
";

const TEST_ONLINE: &str = "
if (-not (Get-Command Get-AcceptedDomain -ErrorAction SilentlyContinue)) {
    Write-Host 'There is no connection to Exchange Online. Run Connect-ExchangeOnline first.'
    return
}
";

const START: &str = "
# Errors are gathered and written into the log; lists are never cut.
$ErrorActionPreference = 'Continue'
$FormatEnumerationLimit = -1
$invariant = [Globalization.CultureInfo]::InvariantCulture
$began = Get-Date
$since = $began.AddDays(-$Days)
$plan = @()
if (-not $Folder) { $Folder = Join-Path $HOME ('queuescope-' + $began.ToString('yyyyMMdd-HHmmss', $invariant)) }
$log = Join-Path $Folder 'queuescope-collect-log.txt'
";

/// Functions of the script by name. Only those that are used get into it; one may use those above it.
const HELPERS: &[(&str, &str)] = &[
    (
        "Write-Log",
        r"
# Writes a line into the log: time, what happened, to what, and the words for it.
function Write-Log([string]$State, [string]$What, [string]$Text) {
    $cells = @(([DateTime]::UtcNow.ToString('s', $invariant) + 'Z'), $State, $What, ($Text -replace '\s+', ' '))
    ($cells -join [string][char]9) | Out-File -FilePath $log -Append -Encoding UTF8 -Width 8192
    if ($State -eq 'failed') { Write-Host ('    failed: ' + $Text) }
}
",
    ),
    (
        "Export-Answer",
        r"
# Runs a command, saves what it answers as a file, and logs what went wrong. What came before an error is kept.
function Export-Answer([string]$What, [string]$File, [scriptblock]$Command, [int]$Most = 0) {
    Write-Host ('  ' + $What)
    $all = @()
    try {
        $all = @(& $Command 2>&1)
    } catch [Management.Automation.CommandNotFoundException] {
        Write-Log 'absent' $What 'This version has no such command.'
        return
    } catch {
        $all = @($_)
    }
    $answers = @($all | Where-Object { $null -ne $_ -and $_ -isnot [Management.Automation.ErrorRecord] })
    $errors = @($all | Where-Object { $_ -is [Management.Automation.ErrorRecord] })
    # No event in these days is an answer, too.
    $errors = @($errors | Where-Object { $_.FullyQualifiedErrorId -notlike 'NoMatchingEventsFound*' })
    foreach ($each in $errors) { Write-Log 'failed' $What ([string]$each) }
    if ($answers.Count -eq 0) {
        if ($errors.Count -eq 0) { Write-Log 'empty' $What 'The command answered nothing.' }
        return
    }
    try {
        $answers | Export-Clixml -Path (Join-Path $Folder $File) -ErrorAction Stop
        Write-Log 'saved' $What ($File + ', ' + $answers.Count + ' objects')
        if ($Most -gt 0 -and $answers.Count -ge $Most) {
            Write-Log 'cut' $What ('The list ends at ' + $Most + ' objects; there are more.')
        }
    } catch {
        Write-Log 'failed' $What ([string]$_)
    }
}
",
    ),
    (
        "Export-File",
        r"
# Runs a program of Windows that writes a file by itself.
function Export-File([string]$What, [string]$File, [scriptblock]$Command) {
    Write-Host ('  ' + $What)
    $target = Join-Path $Folder $File
    $all = @()
    try { $all = @(& $Command 2>&1) } catch { $all = @($_) }
    if (Test-Path -LiteralPath $target) {
        Write-Log 'saved' $What ($File + ', ' + (Get-Item -LiteralPath $target).Length + ' bytes')
    } else {
        Write-Log 'failed' $What ($all -join ' ')
    }
}
",
    ),
    (
        "Export-Events",
        r"
# Saves the events of these days: of this server as EVTX, of others as objects; on Windows 2003 all as objects.
function Export-Events([string]$Server, [string]$Channel) {
    $what = $Channel + ' log of ' + $Server
    $file = $Channel.ToLower() + '-' + $Server
    if ([Environment]::OSVersion.Version.Major -lt 6) {
        Export-Answer $what ($file + '.xml') { Get-EventLog -LogName $Channel -ComputerName $Server -After $since }
    } elseif ($Server -eq $env:COMPUTERNAME) {
        $query = '*[System[TimeCreated[timediff(@SystemTime) <= ' + ([int64]86400000 * $Days) + ']]]'
        Export-File $what ($file + '.evtx') { & wevtutil.exe epl $Channel $target ('/q:' + $query) }
    } else {
        $filter = @{ LogName = $Channel; StartTime = $since }
        Export-Answer $what ($file + '.xml') { Get-WinEvent -ComputerName $Server -FilterHashtable $filter -MaxEvents 20000 } 20000
    }
}
",
    ),
    (
        "Test-Parameter",
        r"
# Whether a command has a parameter; older versions have fewer.
function Test-Parameter([string]$Command, [string]$Name) {
    $found = Get-Command $Command -ErrorAction SilentlyContinue
    return [bool]($found -and ([string]$found.Definition -match ('\b' + $Name + '\b')))
}
",
    ),
    (
        "Get-LogFile",
        r"
# Lists the files of a log of a server; those of other servers through the share of the drive.
function Get-LogFile([string]$Server, [string]$Kind, [string]$Path, [string]$Filter) {
    if ($Path -notmatch '^[A-Za-z]:\\') {
        Write-Log 'failed' ($Kind + ' of ' + $Server) ('No path of a log: ' + $Path)
        return
    }
    $root = $Path -replace '\\+$', ''
    if ($Server -ne $env:COMPUTERNAME) { $root = '\\' + $Server + '\' + $root.Substring(0, 1) + '$' + $root.Substring(2) }
    try {
        $found = @(Get-ChildItem -LiteralPath $root -Filter $Filter -Recurse -ErrorAction Stop | Where-Object { -not $_.PSIsContainer })
    } catch {
        Write-Log 'failed' ($Kind + ' of ' + $Server) ([string]$_)
        return
    }
    $into = Join-Path (Join-Path $Folder $Server) $Kind
    $found | Select-Object FullName, Name, Length, LastWriteTime, @{ Name = 'Into'; Expression = { $into + $_.DirectoryName.Substring($root.Length) } }
}
",
    ),
    (
        "Get-RecentLog",
        r"
# Lists the files of these days and says how large they are.
function Get-RecentLog([string]$Server, [string]$Kind, [string]$Path, [string]$Filter) {
    $found = @(Get-LogFile $Server $Kind $Path $Filter | Where-Object { $_.LastWriteTime -ge $since })
    $bytes = [int64]0
    foreach ($file in $found) { $bytes += $file.Length }
    $words = [string]$found.Count + ' files, ' + [string][Math]::Ceiling($bytes / 1MB) + ' MB'
    Write-Host ('  ' + $Kind + ' of ' + $Server + ': ' + $words)
    Write-Log 'found' ($Kind + ' of ' + $Server) $words
    $found
}
",
    ),
    (
        "Copy-LogFile",
        r"
# Copies one file of a log into the folder.
function Copy-LogFile($File) {
    try {
        if (-not (Test-Path -LiteralPath $File.Into)) { New-Item -ItemType Directory -Path $File.Into -ErrorAction Stop | Out-Null }
        Copy-Item -LiteralPath $File.FullName -Destination $File.Into -ErrorAction Stop
        Write-Log 'saved' $File.Name ($File.FullName + ', ' + $File.Length + ' bytes')
    } catch {
        Write-Log 'failed' $File.FullName ([string]$_)
    }
}
",
    ),
];

const FOLDER: &str = "
if (Test-Path -LiteralPath $Folder) {
    Write-Host ('This folder is there already, name another one with -Folder: ' + $Folder)
    return
}
New-Item -ItemType Directory -Path $Folder | Out-Null
if (-not (Test-Path -LiteralPath $Folder)) { return }
'Queuescope collect log 1' | Out-File -FilePath $log -Encoding UTF8
Write-Host ('Into ' + $Folder)
";

const SERVERS: &str = r"
# Which servers there are, and which of them transport mail. A few KB; seconds.
$exchange = @()
$services = @()
try {
    $exchange = @(Get-ExchangeServer -ErrorAction Stop)
    if (Get-Command Get-TransportService -ErrorAction SilentlyContinue) {
        $services = @(Get-TransportService -ErrorAction Stop)
    } else {
        $services = @(Get-TransportServer -ErrorAction Stop)
    }
} catch {
    Write-Log 'failed' 'Get-ExchangeServer' ([string]$_)
}
if ($Servers.Count -gt 0) {
    foreach ($name in $Servers) {
        $known = @($exchange | Where-Object { $name -eq [string]$_.Name -or $name -eq [string]$_.Fqdn })
        if ($known.Count -eq 0) { Write-Log 'failed' $name 'There is no Exchange server of this name.' }
    }
    $wanted = @($exchange | Where-Object { $Servers -contains [string]$_.Name -or $Servers -contains [string]$_.Fqdn })
} else {
    $wanted = $exchange
}
$names = @($wanted | ForEach-Object { [string]$_.Name })
$chosen = @($services | Where-Object { $names -contains [string]$_.Name })
$transport = @($chosen | ForEach-Object { [string]$_.Name })
";

const COPY_LOGS: &str = r"
# Copies the files of logs that were found, the newest first, until the limit is reached.
$left = [int64]$LimitMB * 1MB
$leftOut = 0
foreach ($file in @($plan | Sort-Object LastWriteTime -Descending)) {
    if ($file.Length -le $left) {
        $left -= $file.Length
        Copy-LogFile $file
    } else {
        $leftOut += 1
    }
}
if ($leftOut -gt 0) {
    Write-Log 'cut' 'Logs' ([string]$leftOut + ' files of logs were left out: they would go over ' + $LimitMB + ' MB. -LimitMB sets the limit.')
    Write-Host ('  ' + $leftOut + ' files of logs were left out; -LimitMB sets the limit.')
}
";

const END: &str = r"
Write-Log 'done' 'queuescope-collect.ps1' 'The script came to its end.'
Write-Host ''
if (Get-Command Compress-Archive -ErrorAction SilentlyContinue) {
    try {
        Compress-Archive -Path $Folder -DestinationPath ($Folder + '.zip') -ErrorAction Stop
        Write-Host ('As one file: ' + $Folder + '.zip')
    } catch {
        Write-Host 'The folder could not be packed; zip it by hand to send it.'
    }
} else {
    Write-Host 'To send it, zip the folder: right click, Send to, Compressed folder.'
}
Write-Host 'What is in this folder can be dropped into Queuescope as it is:'
Write-Output $Folder
";
