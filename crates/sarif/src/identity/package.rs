//! Which package it is, whoever names it: its ecosystem and its name, without a version.

use std::fmt;

use crate::model::Package;

/// The type of a package URL, and the name, both in the spelling that their ecosystem takes for the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PackageKey {
    /// `npm`, `golang`, `cargo`, `pypi`.
    pub kind: String,
    /// With its namespace: `@babel/core`, `golang.org/x/net`, `org.example/thing`.
    pub name: String,
}

impl fmt::Display for PackageKey {
    /// As a package URL, but that nothing in it is escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pkg:{}/{}", self.kind, self.name)
    }
}

impl PackageKey {
    /// That of a package: of its URL where it has one that can be read, and else of what the tool calls it.
    pub fn of(package: &Package) -> Self {
        let (kind, name) = package
            .purl
            .as_deref()
            .and_then(of_url)
            .unwrap_or_else(|| (package.kind.clone(), package.name.clone()));
        let kind = normal_kind(&kind);
        let name = normal_name(&kind, name.trim());
        Self { kind, name }
    }
}

/// Type and name in `pkg:type/namespace/name@version?qualifiers#subpath`.
fn of_url(url: &str) -> Option<(String, String)> {
    let rest = url.trim().strip_prefix("pkg:")?.trim_start_matches('/');
    let rest = rest.split(['?', '#']).next()?;
    let (kind, name) = rest.split_once('/')?;
    // The version stands behind the last `@`, but one at the beginning of a part is npm's scope.
    let name = match name.rsplit_once('@') {
        Some((before, version)) if !before.is_empty() && !before.ends_with('/') && !version.contains('/') => {
            before
        }
        _ => name,
    };
    let name = percent_decoded(name.trim_matches('/'));
    (!kind.is_empty() && !name.is_empty()).then(|| (kind.to_owned(), name))
}

fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let value = (byte == b'%').then(|| Some(digit(at + 1)? * 16 + digit(at + 2)?)).flatten();
        let value = value.and_then(|value| u8::try_from(value).ok());
        decoded.push(value.unwrap_or(byte));
        at += if value.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// What advisory databases call Rust's packages.
pub(crate) const CRATES: &str = concat!("crates", ".io");

/// The names that tools and databases have for the types of package URLs.
fn normal_kind(kind: &str) -> String {
    let kind = kind.trim().to_ascii_lowercase();
    let known = match kind.as_str() {
        "go" | "gomod" | "go-module" => "golang",
        CRATES | "rust" | "rust-crate" => "cargo",
        "python" | "pip" => "pypi",
        "node" | "node-pkg" | "yarn" | "pnpm" => "npm",
        "rubygems" | "ruby" => "gem",
        "packagist" | "php" => "composer",
        "java" | "jar" => "maven",
        "debian" | "ubuntu" => "deb",
        "alpine" => "apk",
        "dotnet" => "nuget",
        _ => return kind,
    };
    known.to_owned()
}

/// What an ecosystem takes for the same name.
fn normal_name(kind: &str, name: &str) -> String {
    match kind {
        "pypi" => {
            // PEP 503: runs of these three are one hyphen.
            let parts = name.split(['-', '_', '.']).filter(|part| !part.is_empty());
            parts.collect::<Vec<_>>().join("-").to_ascii_lowercase()
        }
        "cargo" => name.replace('_', "-").to_ascii_lowercase(),
        "maven" => name.replace(':', "/"),
        "npm" | "golang" | "composer" | "nuget" | "hex" | "github" | "bitbucket" => name.to_ascii_lowercase(),
        // Their URLs name the distribution before the package: `debian/openssl`.
        "deb" | "apk" | "rpm" => name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase(),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_package_has_one_key_whoever_names_it() {
        let check = |kind: &str, name: &str, url: Option<&str>, expected: &str| {
            let package =
                Package { kind: kind.into(), name: name.into(), version: None, purl: url.map(str::to_owned) };
            assert_eq!(PackageKey::of(&package).to_string(), expected);
        };
        check("npm", "@babel/core", None, "pkg:npm/@babel/core");
        check("", "", Some("pkg:npm/%40babel/core@7.0.0?arch=x#a/b"), "pkg:npm/@babel/core");
        check("", "", Some("pkg:npm/@babel/core"), "pkg:npm/@babel/core");
        check("Go", "golang.org/x/net", None, "pkg:golang/golang.org/x/net");
        check("", "", Some("pkg:golang/golang.org/x/net@v0.1.0"), "pkg:golang/golang.org/x/net");
        check("PyPI", "Ruamel_.Yaml", None, "pkg:pypi/ruamel-yaml");
        check(CRATES, "serde_json", None, "pkg:cargo/serde-json");
        check("maven", "org.example:thing", None, "pkg:maven/org.example/thing");
        check("", "", Some("pkg:maven/org.example/thing@1?type=jar"), "pkg:maven/org.example/thing");
        check("deb", "openssl", None, "pkg:deb/openssl");
        check("", "", Some("pkg:deb/debian/openssl@1?distro=debian-12"), "pkg:deb/openssl");
        check("npm", "left-pad", Some("nonsense"), "pkg:npm/left-pad");
        check("generic", "a", Some("pkg:generic/%zz%4"), "pkg:generic/%zz%4");
    }
}
