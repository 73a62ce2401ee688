//! Questions worth asking of a body of knowledge.

pub mod shapes;
