package report_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/reconcile/run"
	"github.com/amisync/amisync/report"
)

// hostileText is what somebody who can name an image, or answer a call, may try.
var hostileText = rapid.Custom(func(t *rapid.T) string {
	pieces := rapid.SliceOfN(rapid.SampledFrom([]string{
		"::", ":", " ::set-output name=x::y", "::add-mask::", "##[error]", "##", "#", "[", "##vso[task.x]", "a", "plain words to wrap at", " ", "\t", "\n", "\r\n", "\r",
		"\x1b[2J", "\x1b]0;x\a", "\u009b31m", "\u202e", "\u2066", "\u200b", "\u200d", "\ufeff", "\u2028", "\u0085", "\u00a0", "\u3164", "\xff", "\x00", "日本", "🚀",
		"`", "``", "|", "\\", "\\|", "<b>", "<!--", "</details>", "![x](", "](https://x.example)", "[x]", "@acme/team", "#1", "https://x.example", "www.x.example", "a@x.example",
		"**", "_a_", "~~", "&lt;", "- ", "1. ", "> ", "---", "$x$", ":tada:", "..", "/",
		"%0A::error::x", "%", ",", "=", "](https://evil.example)", "@octocat", "<b>", "]]>", "&#10;", "\ufffe", "\ufffd",
	}), 0, 6).Draw(t, "pieces")
	return strings.Join(pieces, "")
})

// fill puts hostile text into every string that a document can hold, those of
// fixed meaning included.
func fill(t *rapid.T, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(hostileText.Draw(t, "text"))
	case reflect.Int:
		v.SetInt(int64(rapid.IntRange(0, 3).Draw(t, "number")))
	case reflect.Float64:
		v.SetFloat(rapid.SampledFrom([]float64{-1, 0, 0.5, 61, 1e300}).Draw(t, "measure"))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "bool"))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), rapid.IntRange(0, 2).Draw(t, "length"), 2))
		for i := range v.Len() {
			fill(t, v.Index(i))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(t, key)
		fill(t, value)
		v.SetMapIndex(key, value)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			fill(t, v.Field(i))
		}
	default:
		t.Fatalf("a document holds a %s, which this test does not know", v.Type())
	}
}

// filled is a hostile document, written in any format.
func filled[T any](t *rapid.T, write func(report.Writer, *bytes.Buffer, *T, report.Style) error) (text, jsonText string, document *T) {
	document = new(T)
	fill(t, reflect.ValueOf(document).Elem())
	style := report.Style{Color: rapid.Bool().Draw(t, "color"), Width: rapid.SampledFrom([]int{0, 20, 33, 80}).Draw(t, "width")}
	fill(t, reflect.ValueOf(&style.Names).Elem())
	rendered := map[report.Format]string{}
	for _, format := range []report.Format{report.Text, report.JSON} {
		w, err := report.For(format, report.PlanDocument)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := write(w, &out, document, style); err != nil {
			t.Fatal(err)
		}
		rendered[format] = out.String()
	}
	return rendered[report.Text], rendered[report.JSON], document
}

var order = regexp.MustCompile(`##[A-Za-z]*\[`)

// checkHarmless fails where a line would drive a terminal or a CI runner.
func checkHarmless(t *rapid.T, output string) {
	t.Helper()
	if !utf8.ValidString(output) {
		t.Fatalf("not UTF-8: %q", output)
	}
	for line := range strings.SplitSeq(output, "\n") {
		if strings.HasPrefix(strings.TrimLeftFunc(line, unicode.IsSpace), "::") || order.MatchString(line) {
			t.Fatalf("a runner would obey %q", line)
		}
		for _, r := range line {
			if r != ' ' && !unicode.IsGraphic(r) || unicode.Is(unicode.Bidi_Control, r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) {
				t.Fatalf("%U in %q", r, line)
			}
		}
	}
}

// checkWriter holds one document's renderings against the law: harmless, and as
// JSON without loss.
func checkWriter[T any](t *testing.T, write func(report.Writer, *bytes.Buffer, *T, report.Style) error) {
	rapid.Check(t, func(t *rapid.T) {
		text, jsonText, document := filled(t, write)
		checkHarmless(t, sgr.ReplaceAllString(text, ""))
		checkHarmless(t, jsonText)
		var got any
		if err := json.Unmarshal([]byte(jsonText), &got); err != nil {
			t.Fatalf("not JSON: %v\n%s", err, jsonText)
		}
		if _, isComparison := any(document).(*reconcile.Comparison); isComparison {
			return // written as a type of its own
		}
		plain, err := json.Marshal(document)
		if err != nil {
			t.Fatal(err)
		}
		var want map[string]any
		if err := json.Unmarshal(plain, &want); err != nil {
			t.Fatal(err)
		}
		delete(want, "checksum") // set while encoding
		delete(got.(map[string]any), "checksum")
		if !reflect.DeepEqual(got, any(want)) {
			t.Fatalf("the JSON means something else:\n%s\n%s", jsonText, plain)
		}
	})
}

func TestNoNameGivesOrdersInAPlan(t *testing.T) {
	checkWriter(t, func(w report.Writer, out *bytes.Buffer, p *reconcile.Plan, style report.Style) error {
		return w.WritePlan(out, p, style)
	})
}

func TestNoNameGivesOrdersInAResult(t *testing.T) {
	checkWriter(t, func(w report.Writer, out *bytes.Buffer, r *reconcile.Result, style report.Style) error {
		return w.WriteResult(out, r, style)
	})
}

func TestNoNameGivesOrdersInDrift(t *testing.T) {
	checkWriter(t, func(w report.Writer, out *bytes.Buffer, d *reconcile.Drift, style report.Style) error {
		return w.WriteDrift(out, d, style)
	})
}

func TestNoNameGivesOrdersInAComparison(t *testing.T) {
	checkWriter(t, func(w report.Writer, out *bytes.Buffer, c *reconcile.Comparison, style report.Style) error {
		return w.WriteComparison(out, c, style)
	})
}

func TestNoNameGivesOrdersInADiagnosis(t *testing.T) {
	checkWriter(t, func(w report.Writer, out *bytes.Buffer, d *reconcile.Diagnosis, style report.Style) error {
		return w.WriteDiagnosis(out, d, style)
	})
}

func TestNoNameGivesOrdersInProgress(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var out bytes.Buffer
		mode := rapid.SampledFrom([]report.ProgressMode{report.Lines, report.Live}).Draw(t, "mode")
		width, paces := rapid.IntRange(0, 90).Draw(t, "width"), report.Paces{}
		var events []run.Event
		for range rapid.IntRange(0, 5).Draw(t, "events") {
			e := run.Event{Phase: rapid.SampledFrom([]run.Phase{run.Listing, run.Reading, run.Applying}).Draw(t, "phase"), End: rapid.Bool().Draw(t, "end")}
			fill(t, reflect.ValueOf(&e.Lane).Elem())
			fill(t, reflect.ValueOf(&e.Owner).Elem())
			if e.Total = rapid.IntRange(0, 3).Draw(t, "images"); rapid.Bool().Draw(t, "fails") {
				e.Err = errors.New(hostileText.Draw(t, "error"))
			}
			paces[e.Lane.Provider] = map[run.Phase][]reconcile.Bucket{e.Phase: {{Size: 1, Refill: 0.01}}}
			events = append(events, e)
		}
		p := report.NewProgress(&out, mode, width, time.Now, paces)
		for _, e := range events {
			p.Watch(e)
		}
		p.Close()
		checkHarmless(t, strings.ReplaceAll(out.String(), "\r\x1b[K", "\n"))
	})
}

func TestSafeLeavesNoOrderForARunner(t *testing.T) {
	for text, want := range map[string]string{
		"::set-output name=x::y": `\x3a:set-output name=x::y`,
		"  ::add-mask::x":        `  \x3a:add-mask::x`,
		"a ::b":                  "a ::b",
		":::":                    `\x3a::`,
		"##[error]no":            `\x23#[error]no`,
		"a ###[group]":           `a #\x23#[group]`,
		"##vso[task.complete]":   `\x23#vso[task.complete]`,
		"# [1] ## two":           "# [1] ## two",
	} {
		if got := report.Safe(text); got != want {
			t.Errorf("Safe(%q) = %s, want %s", text, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		text := hostileText.Draw(t, "text")
		safe := report.Safe(text)
		checkHarmless(t, safe)
		if again := report.Safe(safe); again != safe {
			t.Fatalf("Safe(%q) = %q, and applied again %q", text, safe, again)
		}
	})
}
