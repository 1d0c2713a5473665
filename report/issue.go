package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"github.com/amisync/amisync/internal/lazy"
	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// issue is something that a document says and that somebody should look at:
// what machine formats are written from. It is a finding whose code may be one
// of ownRules too, so that drift, failures and what could not be read are told
// in the same way.
type issue struct {
	reconcile.Finding
	// words tell the issue from others of its code about the same subject. They
	// hold nothing that changes while the issue stays the same.
	words string
	// key identifies the issue from run to run: by its code, subject and words,
	// not by its place, its numbers or the time.
	key string
}

// level is the severity; what is not known counts as an error.
func (i issue) level() reconcile.Severity {
	if i.Severity == reconcile.SeverityNote || i.Severity == reconcile.SeverityWarning {
		return i.Severity
	}
	return reconcile.SeverityError
}

// urgency orders issues, the lowest first: by level, and within a level what is
// about everyone before the rest, so that no limit cuts it off.
func (i issue) urgency() int {
	urgency := map[reconcile.Severity]int{reconcile.SeverityError: 0, reconcile.SeverityWarning: 2, reconcile.SeverityNote: 4}[i.level()]
	if i.Principal.Kind != principal.Public {
		urgency++
	}
	return urgency
}

// text is what the issue says, in one safe line.
func (i issue) text() string { return Safe(i.Message + stops(i.Finding)) }

// title is the title of the issue's rule.
func (i issue) title() string { return ruleOf(i.Code).Title }

// subject is what the issue is about, without the place.
func (i issue) subject(style Style) string {
	if i.Image.ID == "" && i.Image.Account != "" {
		return Safe(joined(" ", style.account(i.Image.Account), i.Image.Region))
	}
	about := i.Finding
	about.Source = reconcile.Source{}
	return Safe((&page{style: style}).subject(about))
}

// issues are what a document says, the most severe first.
type issues struct {
	document Document
	list     []issue
	// complete is false where not everything could be read or done.
	complete bool
	// leftOut is what the document leaves out, and why; empty for nothing.
	leftOut string
	// none means that nothing was looked at.
	none bool
}

// within are the issues of a document with a scope, which leaves something out.
func (all issues) within(s reconcile.Scope, leftOut string) issues {
	all.leftOut, all.none = Safe(leftOut), s.None
	return all
}

// findings are the issues without what identifies them.
func (all issues) findings() []reconcile.Finding {
	var list []reconcile.Finding
	for _, i := range all.list {
		list = append(list, i.Finding)
	}
	return list
}

// gather sorts issues and gives them their keys.
func gather(document Document, complete bool, parts ...[]issue) issues {
	list := slices.Concat(parts...)
	slices.SortStableFunc(list, func(a, b issue) int {
		return cmp.Or(cmp.Compare(a.urgency(), b.urgency()), reconcile.CompareFindings(a.Finding, b.Finding), cmp.Compare(a.words, b.words))
	})
	times := map[string]int{}
	for i := range list {
		identity := list[i].identity()
		times[identity]++
		if n := times[identity]; n > 1 {
			identity += "\x00" + strconv.Itoa(n)
		}
		sum := sha256.Sum256([]byte(identity))
		list[i].key = hex.EncodeToString(sum[:16])
	}
	return issues{document: document, list: list, complete: complete}
}

// identity is all that an issue is known by. Names are left out where there are
// ids: they may change.
func (i issue) identity() string {
	parts := []string{i.Code, i.Share, string(i.Image.Provider), i.Image.Account, i.Image.Region, i.Image.ID,
		string(i.Principal.Kind), i.Principal.ID, i.words}
	for n, part := range parts {
		parts[n] = strconv.Quote(part)
	}
	return strings.Join(parts, " ")
}

var (
	// counted is a count or a date, as a word: neither an id nor a part of a name.
	counted = lazy.Regexp(`^\(?(?:\d{1,7}|\d{4}-\d\d-\d\d)[).,;:]*$`)
	// noun is a word that a count may have made a plural.
	noun = lazy.Regexp(`^([a-z]+?)s?\b`)
)

// withoutNumbers is a message without its counts and dates.
func withoutNumbers(message string) string {
	words := strings.Fields(message)
	for i, word := range words {
		if counted().MatchString(word) {
			words[i] = "#"
			if i+1 < len(words) {
				words[i+1] = noun().ReplaceAllString(words[i+1], "$1")
			}
		}
	}
	return strings.Join(words, " ")
}

// findingIssues are a plan's findings. Two rules may find fault with one change,
// so their words belong to their identity: whoever dismisses one alert must not
// dismiss the other with it.
func findingIssues(findings []reconcile.Finding) []issue {
	var list []issue
	for _, f := range findings {
		list = append(list, issue{Finding: f, words: withoutNumbers(withoutImage(f).Message)})
	}
	return list
}

// unreadIssues are what could not be read.
func unreadIssues(incomplete []reconcile.Incomplete, style Style) []issue {
	var list []issue
	for _, i := range incomplete {
		image := reconcile.NamedImage{Image: principal.Image{Provider: i.Provider, Account: i.Account, Region: i.Region, ID: i.Image}, Name: i.Name}
		what := cmp.Or(i.Name, i.Image, joined(" ", style.owner(i.Account), i.Region))
		why := joined(": ", string(i.Kind), failure(i.Action, i.Error))
		list = append(list, issue{Finding: reconcile.Finding{Code: notRead, Severity: reconcile.SeverityError, Image: image,
			Message: what + " could not be read: " + why, Hint: i.Hint}})
	}
	return list
}

func planIssues(p *reconcile.Plan, style Style) issues {
	return gather(PlanDocument, len(p.Incomplete) == 0, findingIssues(p.Findings), unreadIssues(p.Incomplete, style)).within(p.Scope, planLeftOut(p))
}
