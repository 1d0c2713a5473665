// Package html shows a report in a browser: one file with everything in it, that
// opens without a network and is complete without its script.
//
// A Page holds text that is ready to be shown; what the text means, and in which
// words, is decided where a Page is made. This package knows how it looks: the
// template page.html, the style sheet page.css and the script page.js, which only
// hides what a filter leaves out.
//
// Names and reasons come from strangers. The template escapes each for where it
// stands, and the page forbids itself, by a Content Security Policy, to load
// anything, and to run anything but its own script.
package html
