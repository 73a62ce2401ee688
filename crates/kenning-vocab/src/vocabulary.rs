//! How a vocabulary becomes a module of constants.

/// A module with one constant per term, its namespace, and the list of all terms.
macro_rules! vocabulary {
    ($(#[$doc:meta])* pub mod $module:ident = $namespace:literal; $($name:ident = $local:literal;)*) => {
        $(#[$doc])*
        pub mod $module {
            use oxrdf::NamedNodeRef;

            /// What the IRI of every term of this vocabulary begins with.
            pub const NAMESPACE: &str = $namespace;
            /// Every term for which there is a constant, with the name of the constant.
            pub const TERMS: &[(&str, NamedNodeRef<'static>)] = &[$((stringify!($name), $name)),*];
            $(
                #[doc = concat!("`<", $namespace, $local, ">`")]
                pub const $name: NamedNodeRef<'static> = NamedNodeRef::new_unchecked(concat!($namespace, $local));
            )*
        }
    };
}

/// The constants of one module of the `km` vocabulary, and the list of them.
macro_rules! terms {
    ($list:ident $($(#[$doc:meta])* $name:ident = $local:literal;)*) => {
        use oxrdf::NamedNodeRef;

        pub(super) const $list: &[(&str, NamedNodeRef<'static>)] = &[$((stringify!($name), $name)),*];
        $(
            $(#[$doc])*
            #[doc = ""]
            #[doc = concat!("`km:", $local, "`")]
            pub const $name: NamedNodeRef<'static> =
                NamedNodeRef::new_unchecked(concat!("https://w3id.org/kenning/km#", $local));
        )*
    };
}
