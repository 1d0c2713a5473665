package report

import (
	"fmt"
	"strings"

	"github.com/amisync/amisync/reconcile"
)

// markdownWriter writes documents as GitHub Flavored Markdown, for comments on
// pull requests, issues and job summaries. The verdict stands first, then what
// somebody has to look at, and folded at the end every line about every image.
// A document never exceeds Style.Budget; what is left out for that is said.
// Source: https://github.github.com/gfm/
type markdownWriter struct{ changesOnly }

// The signals before a verdict. They only repeat what its words say.
const (
	stopSignal = "🔴"
	lookSignal = "🟡"
	doneSignal = "🔵" // nothing wrong, something changes
	fineSignal = "🟢" // nothing to do
)

// verdict is the first line of a document.
func (m markdown) verdict(signal string, texts ...string) string {
	return paragraph("### " + signal + " " + joined(" ", texts...))
}

// head is the verdict, what the document is, and what it leaves out because of a
// filter, as filtered says it.
func (m markdown) head(verdict, introduction string, scope reconcile.Scope, filtered func(p *page)) part {
	filter := sentence(filtered)
	if filter == "" {
		return either(verdict+paragraph(introduction), verdict)
	}
	lookedAt := "Only a part was looked at"
	if scope.None {
		lookedAt = "Nothing was looked at"
	}
	whole := paragraph(fmt.Sprintf("**%s** – %s.", lookedAt, filter))
	short := paragraph(fmt.Sprintf("**%s.** The filter has no room here: see %s.", lookedAt, m.whole))
	return either(verdict+paragraph(introduction)+whole, verdict+whole, verdict+short)
}

// unreadSentence says so where something could not be read.
func unreadSentence(incomplete []reconcile.Incomplete) string {
	if len(incomplete) == 0 {
		return ""
	}
	return "Incomplete: " + number(len(incomplete), "part of the cloud", "parts of the cloud") + " could not be read."
}

// next is what to do after reading a document.
func (m markdown) next(texts ...string) part { return fixed(nextSteps(texts...)) }

func nextSteps(texts ...string) string {
	return paragraph("**What to do next:** " + strings.Join(texts, " "))
}

// elsewhere is where to find what a document leaves out, given the file that the
// other formats are made of.
func elsewhere(file string) string { return "the HTML report or `amisync show " + file + "`" }
