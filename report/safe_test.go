package report_test

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report"
)

func TestSafeEscapesWhatDrivesATerminal(t *testing.T) {
	for text, want := range map[string]string{
		"":                              "",
		"base-al2023 [x86]/2026.11":     "base-al2023 [x86]/2026.11",
		"équipe 日本語 ✓ 🚀":                "équipe 日本語 ✓ 🚀",
		`C:\new "quoted" it's`:          `C:\new "quoted" it's`,
		"a\nb\r\tc":                     `a\nb\r\tc`,
		"\x1b[31mred\x1b[0m":            `\x1b[31mred\x1b[0m`,
		"\x1b]8;;https://x\x07link":     `\x1b]8;;https://x\alink`,
		"\u009b2J":                      `\u009b2J`,
		"\x9b2J":                        `\x9b2J`,
		"\x7f\b":                        `\x7f\b`,
		"ami\u202etxt\u2069":            `ami\u202etxt\u2069`,
		"pay\u200bments\ufeff":          `pay\u200bments\ufeff`,
		"line\u2028end\u00a0":           `line\u2028end\u00a0`,
		"x\u3164\ufe0f\u034f\U000e0041": `x\u3164\ufe0f\u034f\U000e0041`,
	} {
		if got := report.Safe(text); got != want {
			t.Errorf("Safe(%q) = %s, want %s", text, got, want)
		}
	}
}

func FuzzSafe(f *testing.F) {
	for _, seed := range []string{"plain", "\x1b[2J", "\xff\u202e\n", `\n`, "'\"`", "\u3164"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		safe := report.Safe(text)
		if !utf8.ValidString(safe) {
			t.Errorf("Safe(%q) is not UTF-8", text)
		}
		for _, r := range safe {
			if r < ' ' || r >= 0x7f && r <= 0x9f || r >= 0x200b && r <= 0x200f || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
				t.Errorf("Safe(%q) holds %U", text, r)
			}
		}
		if again := report.Safe(safe); again != safe {
			t.Errorf("Safe(%q) = %q, and applied again %q", text, safe, again)
		}
	})
}

func FuzzJSONIsHarmlessAndMeansTheSame(f *testing.F) {
	f.Add("\u009b2J\u202e\x7f", "\U000e0041 plain")
	f.Fuzz(func(t *testing.T, name, message string) {
		p := finish(&reconcile.Plan{Changes: []reconcile.Change{grant(image(factory, "us-east-1", "ami-1", name), workloads, 1)},
			Findings: []reconcile.Finding{{Code: "AMI007", Severity: reconcile.SeverityNote, Message: message}}})
		got := text(t, plan(p), report.JSON, report.Style{})
		for _, r := range got {
			if r != '\n' && report.Safe(string(r)) != string(r) {
				t.Errorf("the JSON holds %U", r)
			}
		}
		raw, err := reconcile.EncodePlan(p)
		if err != nil {
			t.Fatal(err)
		}
		var want, have reconcile.Plan
		if json.Unmarshal(raw, &want) != nil || json.Unmarshal([]byte(got), &have) != nil {
			t.Fatal("not JSON")
		}
		if have.Findings[0].Message != want.Findings[0].Message || have.Changes[0].Image.Name != want.Changes[0].Image.Name {
			t.Errorf("%q became %q", want.Findings[0].Message, have.Findings[0].Message)
		}
	})
}
