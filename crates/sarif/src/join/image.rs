//! Which container image was scanned, as far as the name of what was scanned tells. Knows nothing of findings.

/// Where images are taken from, in front of their names.
const SCHEMES: [&str; 4] = ["docker:", "podman:", "containerd:", "registry:"];

/// What stands before the name of an image that needs no registry.
const USUAL: [&str; 4] = ["docker.io/library/", "index.docker.io/library/", "docker.io/", "index.docker.io/"];

/// The image that a target names, without tag and digest, as `docker.io/library/alpine` is `alpine`. Only what has a tag or a
/// digest is taken for one: a folder and a module may be called as an image is.
pub(super) fn image_of(target: &str) -> Option<String> {
    let target = target.trim();
    let target = SCHEMES.iter().find_map(|scheme| target.strip_prefix(scheme)).unwrap_or(target);
    let (name, has_digest) = match target.split_once('@') {
        Some((name, digest)) if digest.contains(':') => (name, true),
        Some(_) => return None,
        None => (target, false),
    };
    let last = name.rfind('/').map_or(0, |slash| slash + 1);
    let tag = name[last..].find(':').map(|colon| last + colon);
    let is_tag = |tag: &str| {
        let is_of_tag = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
        !tag.is_empty() && tag.bytes().all(is_of_tag)
    };
    let bare = match tag {
        Some(colon) if is_tag(&name[colon + 1..]) => &name[..colon],
        Some(_) => return None,
        None if has_digest => name,
        None => return None,
    };
    let is_path = bare.starts_with(['.', '/', '~']) || bare.contains(['\\', ' ']) || bare.contains("//");
    if bare.is_empty() || is_path {
        return None;
    }
    let bare = USUAL.iter().find_map(|usual| bare.strip_prefix(usual)).unwrap_or(bare);
    Some(bare.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_known_by_its_tag_or_digest() {
        let check = |target: &str, expected: Option<&str>| {
            assert_eq!(image_of(target).as_deref(), expected, "{target}");
        };
        check("alpine:3.19", Some("alpine"));
        check("docker.io/library/alpine:3", Some("alpine"));
        check("docker.io/acme/a:3", Some("acme/a"));
        check("localhost:5000/a:1", Some("localhost:5000/a"));
        check("registry.example.org/a:1@sha256:00ff", Some("registry.example.org/a"));
        check("docker:acme/a@sha256:00ff", Some("acme/a"));
        for none in [
            "",
            ".",
            "./a:1",
            "/srv/a:1",
            "C:\\srv",
            "localhost:5000/a",
            "a",
            "example.com/mod",
            "a:",
            "x@1",
            "https://a/b:1",
        ] {
            check(none, None);
        }
    }
}
