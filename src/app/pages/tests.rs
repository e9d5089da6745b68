//! The pages, asked through the router.
