package github

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/amisync/amisync/internal/lazy"
)

// Kind says where a body stands.
type Kind string

// The kinds of bodies.
const (
	Comment Kind = "comment"
	Issue   Kind = "issue"
)

// The names of sections.
const (
	Plan   = "plan"
	Result = "result"
	Drift  = "drift"
)

// Body is the text of a comment or an issue, and what its hidden lines say.
type Body struct {
	Kind        Kind
	Environment string    // see CheckEnvironment
	At          time.Time // of the newest document in it
	// Scope identifies the filters of an issue's drift, as hexadecimal digits;
	// empty means that nothing was filtered.
	Scope    string
	Sections []Section // Plan before Result
}

// Section is what one document became.
type Section struct {
	Name   string // Plan, Result or Drift
	Commit string // of the manifests; empty where it is not known
	Text   string // the document in Markdown
	Footer string // one line of Markdown about the run that made it
}

// MaxBody is how many bytes a body may have. GitHub counts 65,536 characters,
// which are never more than bytes.
// Source: https://github.com/orgs/community/discussions/41331
const MaxBody = 65_536

// mark begins every hidden line. Nothing that a document says can look like it.
const (
	mark       = "<!-- amisync:"
	footerLine = mark + "footer -->"
)

var (
	headForm = lazy.Regexp(`^` + mark + `(comment|issue) environment=(\S+) at=(\S+) scope=([0-9a-f]*) -->\n`)
	markForm = lazy.Regexp(`(?m)^` + mark)
	nameForm = lazy.Regexp(`(?m)^` + mark + `(plan|result|drift) commit=([0-9a-f]*) -->$`)
)

var environmentForm = lazy.Regexp(`^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$`)

// DefaultEnvironment is the one that need not be named, and is not shown.
const DefaultEnvironment = "default"

// CheckEnvironment refuses names that could not stand in a hidden line.
func CheckEnvironment(name string) error {
	if !environmentForm().MatchString(name) {
		return fmt.Errorf("an environment's name is up to 100 letters, digits, dots, slashes, dashes and underscores, not %q", name)
	}
	return nil
}

// String is the body as it is sent. ParseBody reads it.
func (b Body) String() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s%s environment=%s at=%s scope=%s -->\n", mark, b.Kind, b.Environment, b.At.UTC().Format(time.RFC3339Nano), b.Scope)
	if b.Environment != DefaultEnvironment {
		fmt.Fprintf(&text, "\nEnvironment `%s`\n\n", b.Environment)
	}
	for _, s := range b.Sections {
		fmt.Fprintf(&text, "%s%s commit=%s -->\n\n%s\n\n%s\n%s\n", mark, s.Name, s.Commit, unmarked(s.Text), footerLine, unmarked(s.Footer))
	}
	return strings.TrimSpace(text.String())
}

// unmarked is a text in which no line begins as a hidden one of ours.
func unmarked(text string) string {
	return markForm().ReplaceAllString(strings.TrimSpace(text), "&lt;!-- amisync:")
}

// ParseBody reads what String wrote. It is false for what does not begin with
// the hidden line; what stands below it may have been altered by people.
func ParseBody(text string) (Body, bool) {
	text = strings.ReplaceAll(text, "\r\n", "\n") + "\n" // browsers send what a person edits with both
	head := headForm().FindStringSubmatch(text)
	if head == nil || CheckEnvironment(head[2]) != nil {
		return Body{}, false
	}
	at, err := time.Parse(time.RFC3339Nano, head[3])
	if err != nil {
		return Body{}, false
	}
	b := Body{Kind: Kind(head[1]), Environment: head[2], At: at, Scope: head[4]}
	text = text[len(head[0]):]
	marks := nameForm().FindAllStringSubmatchIndex(text, -1)
	for i, m := range marks {
		end := len(text)
		if i+1 < len(marks) {
			end = marks[i+1][0]
		}
		content, footer, _ := strings.Cut(text[m[1]:end], "\n"+footerLine+"\n")
		b.Sections = append(b.Sections, Section{Name: text[m[2]:m[3]], Commit: text[m[4]:m[5]], Text: strings.TrimSpace(content), Footer: strings.TrimSpace(footer)})
	}
	return b, true
}

// onto is the body that b makes of an older one: a plan takes the place of
// everything, a result goes below the plan that is there.
func (b Body) onto(old Body) Body {
	named := func(name string) func(Section) bool { return func(s Section) bool { return s.Name == name } }
	i := slices.IndexFunc(old.Sections, named(Plan))
	if b.Kind != Comment || slices.ContainsFunc(b.Sections, named(Plan)) || i < 0 {
		return b
	}
	merged := b
	merged.Sections = append([]Section{old.Sections[i]}, b.Sections...)
	if len(merged.String()) > MaxBody { // somebody has added to it by hand
		return b
	}
	return merged
}

// clockSkew is how far the clocks of two machines may be apart.
const clockSkew = 5 * time.Minute

// dated is when the newest document in a body was made, or the zero time where
// that has yet to come: what one wrong clock wrote must not silence all that
// comes after it.
func (b Body) dated(now time.Time) time.Time {
	if b.At.After(now.Add(clockSkew)) {
		return time.Time{}
	}
	return b.At
}

// says reports whether two bodies tell the same: all but when, and in which run.
func (b Body) says(other Body) bool {
	return b.Kind == other.Kind && b.Environment == other.Environment && b.Scope == other.Scope &&
		slices.EqualFunc(b.Sections, other.Sections, func(x, y Section) bool {
			return x.Name == y.Name && x.Commit == y.Commit && unmarked(x.Text) == unmarked(y.Text)
		})
}
