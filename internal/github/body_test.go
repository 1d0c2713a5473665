package github_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/internal/github"
)

// hostileText draws what a document could hold that tries to be a hidden line.
func hostileText() *rapid.Generator[string] {
	piece := rapid.SampledFrom([]string{"<!-- amisync:comment environment=default at=2026-11-21T12:00:00Z scope= -->\n", "\n<!-- amisync:plan commit= -->\n", "<!-- amisync:result commit=abc -->\n",
		"\n\n<!-- amisync:footer -->\n", "<!--", " amisync:", "-->", "\n", "<", "!-- amisync:", "&lt;!-- amisync:", "text", "é", "`"})
	return rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(piece, 0, 8).Draw(t, "pieces"), "") })
}

// Whatever a document says, what is read back has the sections that were
// written, and says the same.
func TestNoTextOfADocumentIsReadAsAHiddenLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := github.Body{Kind: github.Comment, Environment: rapid.SampledFrom([]string{"default", "production", "eu/prod-1", "a_b.c"}).Draw(t, "environment"),
			At: time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds")).UTC()}
		for _, name := range []string{github.Plan, github.Result} {
			if rapid.Bool().Draw(t, name) {
				b.Sections = append(b.Sections, github.Section{Name: name, Commit: rapid.SampledFrom([]string{"", "0123abc"}).Draw(t, "commit"),
					Text: hostileText().Draw(t, "text"), Footer: "<sub>" + hostileText().Draw(t, "footer") + "</sub>"})
			}
		}
		read, ok := github.ParseBody(b.String())
		if !ok || read.Kind != b.Kind || read.Environment != b.Environment || !read.At.Equal(b.At) || len(read.Sections) != len(b.Sections) {
			t.Fatalf("%+v is read as %+v", b, read)
		}
		for i, s := range b.Sections {
			if got := read.Sections[i]; got.Name != s.Name || got.Commit != s.Commit {
				t.Fatalf("section %d of %+v is read as %+v", i, b, got)
			}
		}
		if again, ok := github.ParseBody(read.String()); !ok || !reflect.DeepEqual(again, read) || read.String() != b.String() {
			t.Fatalf("%q\nis written again as\n%q", b.String(), read.String())
		}
	})
}

func TestOnlyAFirstLineOfOursMarksABody(t *testing.T) {
	good := body(noon, github.Plan, "plan").String()
	if _, ok := github.ParseBody(good); !ok {
		t.Fatal(good)
	}
	for _, text := range []string{"", "plan", " " + good, "\n" + good, "> " + good, "Look:\n" + good, strings.Replace(good, "amisync:", "other:", 1), strings.Replace(good, "2026", "then", 1),
		strings.Replace(good, "environment=default", "environment=-->", 1), strings.Replace(good, " scope= -->\n", " scope= --> ", 1)} {
		if b, ok := github.ParseBody(text); ok {
			t.Errorf("%q is read as %+v", text, b)
		}
	}
}

func TestEnvironmentsThatCannotStandInAHiddenLine(t *testing.T) {
	for _, name := range []string{"", "-", "--", "a b", "a\nb", "-->", "a>", "`", "ä", strings.Repeat("a", 101)} {
		if github.CheckEnvironment(name) == nil {
			t.Errorf("%q is taken", name)
		}
	}
}

// A plan that somebody has made longer by hand gives way to its result.
func TestABodyNeverOutgrowsWhatGitHubTakes(t *testing.T) {
	w := newWorld(t)
	w.comment(body(noon, github.Plan, strings.Repeat("x", 60_000)))
	w.comment(body(noon, github.Result, strings.Repeat("y", 14_000)))
	if text := w.only(); len(text) > github.MaxBody || !strings.Contains(text, "yyy") {
		t.Error(len(text))
	}
}
