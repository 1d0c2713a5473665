// Package strictyaml reads YAML as it should be read where mistakes are
// expensive: nothing is guessed, nothing is ignored, and every mistake is
// reported with its place and the way out, all of them at once.
//
// Parse turns a file into documents, Decode a document into Go values by their
// `yaml` tags. The language is a plain subset of YAML: no anchors, aliases,
// merge keys or explicit tags, so that what a reviewer sees is what is read.
package strictyaml
