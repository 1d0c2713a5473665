package report

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/amisync/amisync/internal/lazy"
)

// Safe makes text harmless for a terminal and a line-based log. What does not
// show as itself is escaped as in a Go string: control characters and with them
// terminal sequences, newlines and carriage returns, characters that turn the
// direction of writing or have no width, and bytes that are not UTF-8. The rest
// is left as it is, so text that is safe already does not change; the original
// is not to be had from the result (JSON keeps it).
//
// Nor can it give orders to a CI runner that reads the log: "::" at the
// beginning of a line, behind white space too, and "##" with a bracket anywhere
// in it lose their first character to an escape.
// Sources: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands,
// https://learn.microsoft.com/en-us/azure/devops/pipelines/scripts/logging-commands
func Safe(text string) string {
	text = runnerCommand().ReplaceAllString(printable(text), `\x23$1`)
	if rest := strings.TrimLeft(text, " "); strings.HasPrefix(rest, "::") {
		text = text[:len(text)-len(rest)] + `\x3a` + rest[1:]
	}
	return text
}

// runnerCommand is what begins a command to a runner anywhere in a line: "##["
// or "##vso[".
var runnerCommand = lazy.Regexp(`#(#[A-Za-z]*\[)`)

// printable escapes what does not show as itself.
func printable(text string) string {
	if !strings.ContainsFunc(text, unsafe) && utf8.ValidString(text) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			b.WriteString(`\x` + strconv.FormatUint(uint64(text[i])|0x100, 16)[1:])
		case unsafe(r):
			b.WriteString(escape(r))
		default:
			b.WriteRune(r)
		}
		i += size
	}
	return b.String()
}

// unsafe reports whether a character must not reach a terminal. Characters that
// print but show nothing are among them: they make different names look alike.
// None of those is of ASCII, as most characters are.
func unsafe(r rune) bool {
	return !strconv.IsPrint(r) || r > unicode.MaxASCII && unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

func escape(r rune) string {
	if !strconv.IsPrint(r) {
		return strings.Trim(strconv.QuoteRune(r), "'")
	}
	return strings.Trim(strconv.QuoteRuneToASCII(r), "'")
}
