//! What people and programs do with a server, over HTTP and its sockets, from the first run on.

mod acme;
mod certificates;
mod contacts;
mod contested;
mod documents;
mod entrance;
mod hostile;
mod https;
mod imports;
mod keys;
mod ladder;
mod ladder_outside;
mod licences;
mod live;
mod looking_in;
mod morse;
mod privacy;
mod proofs;
mod recovery;
mod reviews;
mod rights;
mod routes;
mod second_factor;
mod sign_up;
mod signatures;
mod threats;
