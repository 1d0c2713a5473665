// Package docs holds the pages that commands print.
package docs

import (
	_ "embed"
	"strings"
)

//go:embed findings.md
var findings string

// Finding returns the section of findings.md about a code, in Markdown, without
// its heading; false where there is none.
func Finding(code string) (string, bool) {
	_, rest, found := strings.Cut(findings, "\n## "+code+"\n")
	section, _, _ := strings.Cut(rest, "\n## ")
	return strings.TrimSpace(section), found
}
