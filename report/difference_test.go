package report_test

import (
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report"
)

func difference(d *reconcile.Difference) render {
	return func(w report.Writer, out io.Writer, style report.Style) error {
		return w.WriteDifference(out, d, style)
	}
}

// differ is an entry of a share.
func differ(share string, kind reconcile.DifferenceKind, p principal.Principal, n int) reconcile.AccessDifference {
	return reconcile.AccessDifference{Share: share, Owner: "image-factory", Kind: kind, Principal: named(p),
		Source: reconcile.Source{File: "manifests/images/" + share + ".yaml", Line: n, Column: 7}}
}

func through(a reconcile.AccessDifference, entry string) reconcile.AccessDifference {
	a.Through = entry
	return a
}

func differences() map[string]*reconcile.Difference {
	const evil = "a\x1b[2J\x1b]0;owned\a\nDiff: 0 shares\r\u202egnp\u2066.\u200b\x9b31m\xff\u0085\u2028\n::error::\n##[error]"
	term := differ("base", reconcile.DifferenceTerm, contract, 16)
	term.Until, term.Before, term.Note = "2027-01-31", "", "migration, INC-1234"
	stays := differ("extra", reconcile.DifferenceLoses, stranger, 9)
	stays.Until, stays.Stays = "2026-12-31", "the share is additive: what is there stays"
	renewed, ended := differ("renewed", reconcile.DifferenceGains, principal.Everyone, 8), differ("renewed", reconcile.DifferenceLoses, payments, 9)
	renewed.Before = "2024-01-31"
	ended.Until, ended.Before, ended.Ended = "2024-01-31", "2027-01-31", true
	over := differ("renewed", reconcile.DifferenceLoses, stranger, 10)
	over.Until, over.Ended = "2024-01-31", true
	group := reconcile.Source{File: "manifests/directory.yaml", Line: 12, Column: 5}
	hostile := reconcile.AccessDifference{Share: evil, Owner: evil, Kind: reconcile.DifferenceGains, Principal: reconcile.NamedPrincipal{Principal: contract, Alias: evil},
		Until: evil, Note: evil, Through: evil, Stays: evil, Source: reconcile.Source{File: evil, Line: 1}}
	return map[string]*reconcile.Difference{
		"diff-none": {Base: "main", Head: "feature"},
		"diff-everyday": {Base: "origin/main", Summary: reconcile.DifferenceSummary{Shares: 5, Gains: 5, Losses: 5, Terms: 1, Public: 1, Settings: 3},
			Access: []reconcile.AccessDifference{
				differ("base", reconcile.DifferenceGains, workloads, 14), differ("base", reconcile.DifferenceLoses, payments, 12), term,
				stays,
				through(differ("golden", reconcile.DifferenceGains, dataProd, 8), "group payments"), through(differ("golden", reconcile.DifferenceLoses, stranger, 8), "group payments"),
				differ("open", reconcile.DifferenceGains, principal.Everyone, 8), through(differ("open", reconcile.DifferenceGains, dataProd, 9), "group payments"),
				differ("open", reconcile.DifferenceLoses, otherOU, 10),
				through(differ("web", reconcile.DifferenceGains, dataProd, 21), "group payments"), through(differ("web", reconcile.DifferenceLoses, stranger, 21), "group payments"),
			},
			Edits: []reconcile.Edit{{Entry: "group payments", Shares: []string{"golden", "open", "web"}, Gains: 3, Losses: 2, Source: group}},
			Settings: []reconcile.SettingDifference{
				{Subject: "ImageShare extra", Key: "spec.images.newest", Before: "5", After: "3", Consequence: "fewer images are shared; the others keep what they have", Source: line(4)},
				{Subject: "Policy guardrails", Key: "spec.protect", Before: "{account: payments-prod}", Consequence: "its permissions may be revoked", Risk: true, Source: reconcile.Source{File: "manifests/policy.yaml", Line: 1}},
				{Subject: "Policy guardrails", Key: "spec.public", Before: "deny", After: "allow", Consequence: "every share may make its images public", Risk: true, Source: reconcile.Source{File: "manifests/policy.yaml", Line: 1}},
			}},
		"diff-over": {Base: "origin/main", Head: "topic", BaseCommit: strings.Repeat("0123456789", 4), HeadCommit: strings.Repeat("abcdef0123", 4), Summary: reconcile.DifferenceSummary{Shares: 1, Gains: 1, Losses: 2, Public: 1},
			Access: []reconcile.AccessDifference{renewed, ended, over}},
		"diff-hostile": {Base: evil, Head: evil, Summary: reconcile.DifferenceSummary{Shares: 1, Gains: 1, Settings: 1},
			Access: []reconcile.AccessDifference{hostile}, Edits: []reconcile.Edit{{Entry: evil, Shares: []string{evil}, Gains: 1, Source: hostile.Source}},
			Settings: []reconcile.SettingDifference{{Subject: evil, Key: evil, Before: evil, After: evil, Consequence: evil, Source: hostile.Source}}},
	}
}

func TestDifferencesLookAsTheGoldenFilesSay(t *testing.T) {
	for name, d := range differences() {
		check(t, name+".txt", text(t, difference(d), report.Text, report.Style{}))
	}
	everyday := difference(differences()["diff-everyday"])
	check(t, "diff-everyday-80.txt", text(t, everyday, report.Text, report.Style{Width: 80}))
	check(t, "diff-everyday-color.txt", text(t, everyday, report.Text, report.Style{Color: true}))
	check(t, "diff-everyday.json", text(t, everyday, report.JSON, report.Style{}))
}

func TestDifferencesAreHarmlessAndFitTheWidth(t *testing.T) {
	for name, d := range differences() {
		plain := text(t, difference(d), report.Text, report.Style{})
		if colored := text(t, difference(d), report.Text, report.Style{Color: true}); sgr.ReplaceAllString(colored, "") != plain {
			t.Errorf("%s: colour changes the text", name)
		}
		if strings.ContainsFunc(plain, func(r rune) bool { return r != '\n' && report.Safe(string(r)) != string(r) }) {
			t.Errorf("%s: unsafe characters:\n%q", name, plain)
		}
		narrow := text(t, difference(d), report.Text, report.Style{Width: 80})
		if strings.Join(strings.Fields(narrow), " ") != strings.Join(strings.Fields(plain), " ") {
			t.Errorf("%s: the width changes the words:\n%s", name, narrow)
		}
		lines := strings.Split(strings.TrimSuffix(narrow, "\n"), "\n")
		for i, l := range lines {
			if strings.TrimRight(l, " ") != l || strings.HasPrefix(strings.TrimLeft(l, " "), "::") || strings.Contains(l, "##[") {
				t.Errorf("%s: %q", name, l)
			}
			if utf8.RuneCountInString(l) > 80 && i < len(lines)-1 && name != "diff-hostile" {
				t.Errorf("%s: too wide: %q", name, l)
			}
		}
		if last := lines[len(lines)-1]; !strings.HasPrefix(last, "Diff: ") || strings.Count(plain, "\nDiff: ") != 1 {
			t.Errorf("%s: the last line is %q", name, last)
		}
	}
}
