//! Rights, and both ends of the link by the forms of the other.
