//! Addresses that stand for an X.500 address: `IMCEAEX-_O=CONTOSO_OU=...@contoso.com`.
//!
//! [MS-OXCMAIL] 2.1.3.1.8: `_` is a slash, `+` with two hexadecimal digits a byte, and the rest stands for itself.
//!
//! [MS-OXCMAIL]: https://learn.microsoft.com/openspecs/exchange_server_protocols/ms-oxcmail/59fd64a5-029c-4ec9-bee2-ecd61993bb13

/// The X.500 address in an encapsulated one; `None` when it is none.
pub(super) fn decoded(address: &str) -> Option<String> {
    const PREFIX: &str = "IMCEAEX-";
    let address = address.trim().trim_matches(['<', '>', '\'', '"']);
    let encoded = address
        .get(..PREFIX.len())
        .filter(|start| start.eq_ignore_ascii_case(PREFIX))
        .and(address.get(PREFIX.len()..))?;
    // The part behind the last sign is the domain; the encoded part never holds one.
    let encoded = encoded.rsplit_once('@').map_or(encoded, |(encoded, _)| encoded);
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let hex = |at: usize| behind.get(at).and_then(|digit| char::from(*digit).to_digit(16));
        match first {
            b'_' => bytes.push(b'/'),
            b'+' => match (hex(0), hex(1)) {
                (Some(high), Some(low)) => {
                    bytes.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                    rest = behind.get(2..).unwrap_or_default();
                    continue;
                }
                _ => bytes.push(b'+'),
            },
            other => bytes.push(*other),
        }
        rest = behind;
    }
    let text =
        String::from_utf8(bytes).unwrap_or_else(|error| error.into_bytes().iter().map(|b| char::from(*b)).collect());
    (text.starts_with('/') && !text.chars().any(char::is_control)).then_some(text)
}

/// The name of the recipient: the last part of an X.500 address.
pub(super) fn last_name(x500: &str) -> &str {
    x500.rsplit_once('=').map_or(x500, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encapsulated_address_is_decoded() {
        let text = "IMCEAEX-_O=CONTOSO_OU=EXCHANGE+20ADMINISTRATIVE+20GROUP+20+28FYDIBOHF23SPDLT+29_CN=RECIPIENTS_CN=Anna+2EBerg@contoso.com";
        let x500 = "/O=CONTOSO/OU=EXCHANGE ADMINISTRATIVE GROUP (FYDIBOHF23SPDLT)/CN=RECIPIENTS/CN=Anna.Berg";
        assert_eq!(decoded(text).as_deref(), Some(x500));
        assert_eq!(last_name(x500), "Anna.Berg");
        assert_eq!(
            decoded("imceaex-_o=Contoso_ou=M+C3+BCnchen_cn=a+5Fb").as_deref(),
            Some("/o=Contoso/ou=München/cn=a_b")
        );
        assert_eq!(decoded("IMCEAEX-_o=C_cn=50+2").as_deref(), Some("/o=C/cn=50+2"));
        assert_eq!(decoded("IMCEAFAX-Anna@contoso.com"), None);
        assert_eq!(decoded("anna@contoso.com"), None);
    }
}
