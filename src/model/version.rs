//! Exchange versions.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A version of Exchange Server. Ordered by age.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ExchangeVersion {
    /// 5.5
    V55,
    /// 2000 (6.0)
    V2000,
    /// 2003 (6.5)
    V2003,
    /// 2007 (8.x)
    V2007,
    /// 2010 (14.x)
    V2010,
    /// 2013 (15.0)
    V2013,
    /// 2016 (15.1)
    V2016,
    /// 2019 and Subscription Edition share 15.2; a build below 2562 is 2019.
    V2019,
    /// Subscription Edition (15.2, build 2562 and later)
    Se,
}

impl ExchangeVersion {
    /// From the numbers of a build, as in `Version 15.1 (Build 2507.6)`.
    pub fn from_build(major: u32, minor: u32, build: Option<u32>) -> Option<ExchangeVersion> {
        Some(match (major, minor) {
            (5, 5) => ExchangeVersion::V55,
            (6, 0) => ExchangeVersion::V2000,
            (6, _) => ExchangeVersion::V2003,
            (8, _) => ExchangeVersion::V2007,
            (14, _) => ExchangeVersion::V2010,
            (15, 0) => ExchangeVersion::V2013,
            (15, 1) => ExchangeVersion::V2016,
            // The first build of Subscription Edition is 15.2.2562.17.
            (15, 2) if build.is_some_and(|b| b >= 2562) => ExchangeVersion::Se,
            (15, 2) => ExchangeVersion::V2019,
            _ => return None,
        })
    }

    /// From `AdminDisplayVersion` text: `Version 15.1 (Build 2507.6)`, `15.01.2507.006`.
    pub fn parse(text: &str) -> Option<ExchangeVersion> {
        let mut numbers = text
            .split(|c: char| !c.is_ascii_digit())
            .filter(|part| !part.is_empty())
            .map_while(|part| part.parse::<u32>().ok());
        let (major, minor) = (numbers.next()?, numbers.next()?);
        ExchangeVersion::from_build(major, minor, numbers.next())
    }
}

impl ExchangeVersion {
    /// The version alone: `2016`, `SE`.
    pub fn short(self) -> &'static str {
        match self {
            ExchangeVersion::V55 => "5.5",
            ExchangeVersion::V2000 => "2000",
            ExchangeVersion::V2003 => "2003",
            ExchangeVersion::V2007 => "2007",
            ExchangeVersion::V2010 => "2010",
            ExchangeVersion::V2013 => "2013",
            ExchangeVersion::V2016 => "2016",
            ExchangeVersion::V2019 => "2019",
            ExchangeVersion::Se => "SE",
        }
    }
}

impl fmt::Display for ExchangeVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ExchangeVersion::V55 => "Exchange 5.5",
            ExchangeVersion::V2000 => "Exchange 2000",
            ExchangeVersion::V2003 => "Exchange 2003",
            ExchangeVersion::V2007 => "Exchange 2007",
            ExchangeVersion::V2010 => "Exchange 2010",
            ExchangeVersion::V2013 => "Exchange 2013",
            ExchangeVersion::V2016 => "Exchange 2016",
            ExchangeVersion::V2019 => "Exchange 2019",
            ExchangeVersion::Se => "Exchange Server SE",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_versions_as_cmdlets_print_them() {
        for (text, version) in [
            ("Version 15.1 (Build 2507.6)", Some(ExchangeVersion::V2016)),
            ("Version 14.3 (Build 123.4)", Some(ExchangeVersion::V2010)),
            ("Version 6.5 (Build 7638.2: Service Pack 2)", Some(ExchangeVersion::V2003)),
            ("15.02.1118.007", Some(ExchangeVersion::V2019)),
            ("Version 15.2 (Build 2562.17)", Some(ExchangeVersion::Se)),
            ("unknown", None),
        ] {
            assert_eq!(ExchangeVersion::parse(text), version, "{text}");
        }
    }
}
