package report

import (
	"math"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/amisync/amisync/internal/lazy"
	"github.com/amisync/amisync/reconcile"
)

// What comes from outside becomes one of two things here: a code span, in which
// nothing has a meaning, or words of which those that could mean anything are
// code spans. Nothing is escaped by a backslash: readers of Markdown differ in
// what they do with it, and mentions, references and links are looked for after
// it is gone.
// Sources: https://github.github.com/gfm/#code-spans,
// https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls

// codeSpan is text in which nothing has a meaning: names, ids, places.
func codeSpan(text string) string {
	text = Safe(text)
	if text == "" {
		return "`\"\"`"
	}
	fence := strings.Repeat("`", longestRun(text, '`')+1)
	if first, last := text[0], text[len(text)-1]; first == '`' || last == '`' ||
		first == ' ' && last == ' ' && strings.Trim(text, " ") != "" {
		text = " " + text + " " // one space on each side is taken away again
	}
	return fence + text + fence
}

// longestRun is the length of the longest run of a character.
func longestRun(text string, of rune) int {
	longest, run := 0, 0
	for _, r := range text {
		if r == of {
			run++
		} else {
			run = 0
		}
		longest = max(longest, run)
	}
	return longest
}

var (
	// plainWord is a word that means nothing, whatever stands beside it. It is a
	// list of what is allowed, since what has a meaning differs from reader to reader.
	plainWord = lazy.Regexp(`^(?:\p{L}[\p{L}\p{M}]*(?:['’/-]\p{L}[\p{L}\p{M}]*)*\d{0,2}|\d{1,6}%?|[-–—·+=%…])$`)
	// commitWord could be the name of a commit, which GitHub links.
	commitWord = lazy.Regexp(`^[0-9a-f]{7,}$`)
	// codeWord is code between backticks.
	codeWord = lazy.Regexp("^`([^`]+)`$")
)

// markdownProse is text in sentences, such as a message or a hint, where code stands
// between backticks.
func markdownProse(text string) string {
	var written []string
	for _, word := range words(Safe(text), math.MaxInt) {
		behind := strings.TrimLeft(word, `("'`)
		core := strings.TrimRight(behind, `.,;:?!)"'…`)
		before, after := word[:len(word)-len(behind)], behind[len(core):]
		switch {
		case core == "", plainWord().MatchString(core) && !commitWord().MatchString(core):
		case codeWord().MatchString(core):
			core = codeSpan(codeWord().FindStringSubmatch(core)[1])
		default:
			core = codeSpan(core)
		}
		written = append(written, before+core+after)
	}
	return strings.Join(written, " ")
}

// quoted is what somebody wrote, as words that are not the product's.
func quoted(text string) string { return "“" + markdownProse(text) + "”" }

// shortened is text of at most n characters, with an ellipsis where it was longer.
func shortened(text string, n int) string {
	text = Safe(text)
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	return string([]rune(text)[:n-1]) + "…"
}

// tableCell is Markdown as a cell of a table. A pipe ends a cell wherever it
// stands, unless a backslash stands before it; what two of these mean, readers do
// not agree on.
func tableCell(markdown string) string {
	return strings.ReplaceAll(strings.ReplaceAll(markdown, `\|`, `\x7c`), "|", `\|`)
}

// linkable is a URL that stays within a link as it stands.
var linkable = lazy.Regexp(`^https?://[!#-&*-;=?-Z^_a-z~]+$`)

// link is a place in the manifests, with a link where the style says to where.
func (s Style) link(source reconcile.Source) string {
	at := place(source)
	target := s.sourceURL(source)
	if target == "" || !linkable().MatchString(target) {
		return codeIfAny(at)
	}
	return "[" + codeSpan(at) + "](" + target + ")"
}

// sourceURL is where Sources says that a place in the manifests can be seen, or
// empty. A path that leads up leads out of the repository, and is not linked.
func (s Style) sourceURL(source reconcile.Source) string {
	if s.Sources == "" || source.File == "" {
		return ""
	}
	segments := strings.Split(source.File, "/")
	for i, segment := range segments {
		if segment == "" || segment == "." || segment == ".." {
			return ""
		}
		segments[i] = url.PathEscape(segment)
	}
	target := s.Sources + strings.Join(segments, "/")
	if source.Line > 0 {
		target += "#L" + strconv.Itoa(source.Line)
	}
	return target
}

// codeIfAny is a code span, or nothing for nothing.
func codeIfAny(text string) string {
	if text == "" {
		return ""
	}
	return codeSpan(text)
}
