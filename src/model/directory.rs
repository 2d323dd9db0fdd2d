//! Objects of Active Directory with their attributes, as LDIF, csvde, LDP and ADSI Edit show them.
//!
//! Traps: binary values arrive as bytes, as octets in text or as readable text, depending on the tool, and
//! [`DirectoryObject::guid`] and its neighbors read them all; a long list is exported in ranges
//! (`member;range=0-1499`), and then what is missing is not absent; tools may leave attributes out.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Located;
use crate::base::guid;
use crate::base::security_descriptor::SecurityDescriptor;
use crate::base::sid::Sid;
use crate::base::source::Span;

/// An object.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DirectoryObject {
    /// The whole record.
    pub span: Span,
    /// Its distinguished name; missing when text of ADSI Edit does not hold it.
    pub distinguished_name: Option<Located<String>>,
    /// The kind of change, when the record is one to import other than `add`.
    pub change: Option<String>,
    /// Its attributes, in their order.
    pub attributes: Vec<Attribute>,
}

/// An attribute with its values.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Attribute {
    /// Name as printed, without options.
    pub name: String,
    /// Values in their order.
    pub values: Vec<Located<AttributeValue>>,
    /// Whether the export shows all values.
    pub complete: bool,
}

/// A value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AttributeValue {
    /// Text, also numbers and dates.
    Text(String),
    /// Bytes.
    Binary(Octets),
    /// It is there, but the export does not show it: a file beside it, or a placeholder.
    Hidden(String),
}

/// Bytes, printed as hexadecimal digits.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Octets(pub Vec<u8>);

impl std::fmt::Debug for Octets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-bytes", self.0.len())?;
        self.0.iter().take(16).enumerate().try_for_each(|(n, b)| write!(f, "{}{b:02x}", if n == 0 { "-" } else { "" }))
    }
}

/// Attributes that hold bytes whatever they look like.
const BINARY: &[&str] = &[
    "attributeSecurityGUID",
    "auditingPolicy",
    "cACertificate",
    "dSASignature",
    "invocationId",
    "jpegPhoto",
    "logonHours",
    "mSMQDigests",
    "msDS-GenerationId",
    "msExchArchiveGUID",
    "msExchBlockedSendersHash",
    "msExchDisabledArchiveDatabaseGUID",
    "msExchMailboxGuid",
    "msExchMailboxSecurityDescriptor",
    "msExchMasterAccountSid",
    "msExchPFSecurityDescriptor",
    "msExchSafeRecipientsHash",
    "msExchSafeSendersHash",
    "msExchServerInternalTLSCert",
    "nTSecurityDescriptor",
    "objectGUID",
    "objectSid",
    "publicFolderAdminSecurityDescriptor",
    "replPropertyMetaData",
    "replUpToDateVector",
    "repsFrom",
    "repsTo",
    "sIDHistory",
    "schemaIDGUID",
    "securityIdentifier",
    "tokenGroups",
    "thumbnailPhoto",
    "userCertificate",
    "userSMIMECertificate",
];

/// Attributes that hold security descriptors.
pub const DESCRIPTORS: &[&str] = &["nTSecurityDescriptor", "msExchMailboxSecurityDescriptor"];

/// What bytes of an attribute are: bytes, or text that needed encoding.
pub fn value_of_bytes(attribute: &str, bytes: Vec<u8>) -> AttributeValue {
    let binary = BINARY.iter().any(|name| name.eq_ignore_ascii_case(attribute));
    let control = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    match String::from_utf8(bytes) {
        Ok(text) if !binary && !text.chars().any(control) => AttributeValue::Text(text),
        Ok(text) => AttributeValue::Binary(Octets(text.into_bytes())),
        Err(error) => AttributeValue::Binary(Octets(error.into_bytes())),
    }
}

impl DirectoryObject {
    /// An attribute by its name, in any case.
    pub fn get(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name))
    }

    /// The first value of an attribute as text.
    pub fn text(&self, name: &str) -> Option<Located<&str>> {
        self.texts(name).next()
    }

    /// All values of an attribute that are text.
    pub fn texts(&self, name: &str) -> impl Iterator<Item = Located<&str>> {
        let values = self.get(name).into_iter().flat_map(|attribute| &attribute.values);
        values.filter_map(|located| match &located.value {
            AttributeValue::Text(text) => Some(Located::new(text.as_str(), located.span)),
            _ => None,
        })
    }

    /// Whether the object is of a class; compares without case.
    pub fn is_class(&self, class: &str) -> bool {
        self.texts("objectClass").any(|text| text.value.eq_ignore_ascii_case(class))
    }

    /// An attribute as a GUID, whatever form the tool printed. `None` when the form does not tell the
    /// order of the bytes.
    pub fn guid(&self, name: &str) -> Option<Located<Uuid>> {
        let located = self.get(name)?.values.first()?;
        let guid = match &located.value {
            AttributeValue::Binary(octets) => guid::from_octets(&octets.0),
            AttributeValue::Text(text) => match guid::readings(text).as_slice() {
                [(guid, _)] => Some(*guid),
                _ => None,
            },
            AttributeValue::Hidden(_) => None,
        };
        Some(Located::new(guid?, located.span))
    }

    /// An attribute as a security identifier.
    pub fn sid(&self, name: &str) -> Option<Located<Sid>> {
        let located = self.get(name)?.values.first()?;
        let sid = match &located.value {
            AttributeValue::Binary(octets) => Sid::from_bytes(&octets.0),
            AttributeValue::Text(text) => Sid::parse(text),
            AttributeValue::Hidden(_) => None,
        };
        Some(Located::new(sid?, located.span))
    }

    /// An attribute as a security descriptor; an error when it is there and cannot be read.
    pub fn descriptor(&self, name: &str) -> Option<Located<Result<SecurityDescriptor, String>>> {
        let located = self.get(name)?.values.first()?;
        let read = match &located.value {
            AttributeValue::Binary(octets) => SecurityDescriptor::from_bytes(&octets.0).map_err(str::to_owned),
            AttributeValue::Text(text) => SecurityDescriptor::from_sddl(text),
            AttributeValue::Hidden(text) => Err(format!("not shown by the export: {text}")),
        };
        Some(Located::new(read, located.span))
    }
}

impl super::Entry for DirectoryObject {
    fn span(&self) -> Span {
        self.span
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::SourceId;

    fn object(name: &str, value: AttributeValue) -> DirectoryObject {
        let span = Span::lines(SourceId(0), 1, 1);
        let values = vec![Located::new(value, span)];
        let attributes = vec![Attribute { name: name.to_owned(), values, complete: true }];
        DirectoryObject { span, distinguished_name: None, change: None, attributes }
    }

    #[test]
    fn a_guid_is_the_same_as_bytes_and_as_text() {
        let guid = Uuid::try_parse("37C1C681-D0CF-4E2E-B464-41FC38A8B11B").unwrap();
        for value in [
            value_of_bytes("objectguid", guid::octets(guid).to_vec()),
            AttributeValue::Text(guid::braced(guid)),
            AttributeValue::Text(guid::octet_text(guid)),
        ] {
            assert_eq!(object("objectGUID", value).guid("objectguid").map(|g| g.value), Some(guid));
        }
        let unclear = AttributeValue::Text(guid.simple().to_string());
        assert_eq!(object("objectGUID", unclear).guid("objectGUID"), None);
    }

    #[test]
    fn text_that_needed_encoding_is_text() {
        assert_eq!(value_of_bytes("cn", "Größe".into()), AttributeValue::Text("Größe".to_owned()));
        assert_eq!(value_of_bytes("objectGUID", vec![b'a'; 16]), AttributeValue::Binary(Octets(vec![b'a'; 16])));
        assert!(matches!(value_of_bytes("cn", vec![0, 1]), AttributeValue::Binary(_)));
    }
}
