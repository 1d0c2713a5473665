// Package githubtest is a small GitHub for tests: the part of its REST API that
// deals with comments and issues, over HTTP and with a state. It shares no code
// with the client that it judges.
//
// What a request gets wrong (an unknown path, a header that is missing, a body
// that is no JSON) is answered as GitHub would, and kept as a complaint.
package githubtest
