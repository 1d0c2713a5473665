package report_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/report"
)

// command is a workflow command as GitHub's runner reads it.
type command struct {
	name       string
	properties map[string]string
	message    string
}

// obey reads a line as GitHub's runner does: a command begins with "::" behind
// white space; its name and properties end at the next "::"; properties end at
// commas, a name at the first equals sign. What is escaped is put back last.
// Source: https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
func obey(line string) (command, bool) {
	line, found := strings.CutPrefix(strings.TrimSpace(line), "::")
	head, message, ended := strings.Cut(line, "::")
	if !found || !ended {
		return command{}, false
	}
	name, properties, _ := strings.Cut(head, " ")
	c := command{name, map[string]string{}, strings.NewReplacer("%0D", "\r", "%0A", "\n", "%25", "%").Replace(message)}
	for property := range strings.SplitSeq(properties, ",") {
		key, value, _ := strings.Cut(property, "=")
		c.properties[key] = strings.NewReplacer("%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%").Replace(value)
	}
	return c, true
}

// commands are the commands of a document; there is nothing else in it.
func commands(t failer, document string) []command {
	t.Helper()
	var all []command
	for line := range strings.Lines(document) {
		c, ok := obey(line)
		if !ok {
			t.Fatalf("no command: %q", line)
		}
		all = append(all, c)
	}
	return all
}

func TestHostileNamesStayWithinTheirAnnotation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		document, style := anyHostile(t), hostileStyle(t)
		output := inFormat(t, document, report.GitHub, style)
		levels := map[string]int{}
		for _, c := range commands(t, output) {
			levels[c.name]++
			for key := range c.properties {
				if !slices.Contains([]string{"file", "line", "col", "title"}, key) {
					t.Fatalf("a property %q in\n%s", key, output)
				}
			}
			checkHarmless(t, c.message)
			checkHarmless(t, c.properties["title"])
			checkHarmless(t, c.properties["file"])
		}
		for level, n := range levels {
			if !slices.Contains([]string{"error", "warning", "notice"}, level) || n > 10 {
				t.Fatalf("%d commands %s in\n%s", n, level, output)
			}
		}
		for line := range strings.SplitSeq(output, "\n") {
			if order.MatchString(line) || strings.Contains(line, "\r") {
				t.Fatalf("a runner would obey %q", line)
			}
		}
	})
}

func TestAnAnnotationIsWhatTheRunnerReads(t *testing.T) {
	f := findings[3]
	f.Source.File = "a,b: 100%.yaml"
	f.Message = "50 % of a,b::c"
	got := commands(t, inFormat(t, plan(&reconcile.Plan{Findings: []reconcile.Finding{f}}), report.GitHub, report.Style{Names: names}))[0]
	if got.name != "error" || got.properties["file"] != f.Source.File || got.properties["line"] != "3" || got.properties["col"] != "7" ||
		got.properties["title"] != "AMI005 a protected principal is revoked" {
		t.Errorf("got %+v", got)
	}
	if !strings.HasPrefix(got.message, "50 % of a,b::c (stops the run)\nabout: base-al2023") || !strings.HasSuffix(got.message, "\nhint: "+f.Hint) {
		t.Errorf("got %s", got.message)
	}
}

func TestFindingsAlikeAreOneAnnotation(t *testing.T) {
	all := commands(t, inFormat(t, documents()["plan-alike"], report.GitHub, report.Style{Names: names}))
	if len(all) != 4 {
		t.Fatalf("%d annotations, want 4: %+v", len(all), all)
	}
	var together string
	for _, c := range all {
		if strings.Contains(c.message, "and 2 more images alike: ") {
			together = c.message
		}
	}
	for _, i := range []reconcile.NamedImage{base18, base11, base04} {
		if !strings.Contains(together, i.Name+" "+i.ID) {
			t.Errorf("%s is not among those alike: %q", i.ID, together)
		}
	}
}

// errorsAndNotes are so many findings of each level, each about another share.
func errorsAndNotes(failed, noted int) []reconcile.Finding {
	var list []reconcile.Finding
	for n := range failed + noted {
		f := reconcile.Finding{Code: "AMI014", Severity: reconcile.SeverityNote, Share: fmt.Sprintf("share-%03d", n)}
		if n < failed {
			f.Severity = reconcile.SeverityError
		}
		list = append(list, f)
	}
	return list
}

func TestTheLastAnnotationSaysHowManyAreLeftOut(t *testing.T) {
	for _, c := range []struct {
		errors int
		last   string
	}{{9, ""}, {10, ""}, {11, "and 2 more errors: see the job summary"}, {60, "and 51 more errors: see the job summary"}} {
		all := commands(t, inFormat(t, plan(&reconcile.Plan{Findings: errorsAndNotes(c.errors, 3)}), report.GitHub, report.Style{}))
		failed := slices.DeleteFunc(slices.Clone(all), func(a command) bool { return a.name != "error" })
		if len(failed) != min(c.errors, 10) || len(all) != len(failed)+3 {
			t.Fatalf("%d errors: %d of %d annotations", c.errors, len(failed), len(all))
		}
		if last := failed[len(failed)-1].message; c.last != "" && last != c.last || strings.HasPrefix(last, "and ") != (c.last != "") {
			t.Errorf("%d errors: the last says %q", c.errors, last)
		}
		if slices.ContainsFunc(all[:len(failed)], func(a command) bool { return a.name != "error" }) {
			t.Errorf("%d errors: they are not first", c.errors)
		}
	}
}

func TestWhatIsPublicIsNeverLeftOut(t *testing.T) {
	d := driftOf(reconcile.DriftPublic)
	for n := range 20 {
		extra := driftOf(reconcile.DriftExtra).Deviations[0]
		extra.Principal.ID = fmt.Sprintf("%012d", n)
		d.Deviations = append(d.Deviations, extra)
	}
	all := commands(t, inFormat(t, drift(d), report.GitHub, report.Style{}))
	if len(all) != 10 || !strings.HasPrefix(all[0].properties["title"], "drift-public") {
		t.Errorf("%d annotations, the first %+v", len(all), all[0])
	}
}

func TestLeftOutAnnotationsAreCountedByTheirImages(t *testing.T) {
	list := append(errorsAndNotes(12, 0), alike(base18, base11, base04)...)
	for i := range list[12:] {
		list[12+i].Code = "AMI900" // behind all others
	}
	all := commands(t, inFormat(t, plan(&reconcile.Plan{Findings: list}), report.GitHub, report.Style{}))
	if last := all[len(all)-1].message; last != "and 6 more errors: see the job summary" {
		t.Errorf("the last says %q", last)
	}
}

func TestAnExceptedFindingIsANotice(t *testing.T) {
	for _, c := range commands(t, inFormat(t, plan(checked()), report.GitHub, report.Style{})) {
		if c.name != "notice" {
			t.Errorf("got %+v", c)
		}
		if strings.HasPrefix(c.properties["title"], "AMI003") && !strings.Contains(c.message, "\nexcepted: until 2026-12-31: migration") {
			t.Errorf("the reason is not in %q", c.message)
		}
	}
}

func TestOutputsAreBooleansTheDigestAndTheLastLine(t *testing.T) {
	form := regexp.MustCompile(`^(?:[a-z-]+=(?:true|false)|digest=(?:sha256:[0-9a-f]{64})?|summary=(?:Plan|Apply|Drift|Compare): [0-9a-z· -]+)$`)
	rapid.Check(t, func(t *rapid.T) {
		output := inFormat(t, anyHostile(t), report.GitHubOutput, hostileStyle(t))
		names := map[string]bool{}
		for line := range strings.SplitSeq(strings.TrimSuffix(output, "\n"), "\n") {
			name, _, _ := strings.Cut(line, "=")
			if !form.MatchString(line) || names[name] {
				t.Fatalf("%q in\n%s", line, output)
			}
			names[name] = true
		}
	})
}

func TestTheSummaryIsTheLastLineOfTheText(t *testing.T) {
	for name, render := range documents() {
		if strings.HasPrefix(name, "diagnosis") {
			continue
		}
		whole := strings.TrimSuffix(text(t, render, report.Text, report.Style{}), "\n")
		if got := inFormat(t, render, report.GitHubOutput, report.Style{}); !strings.HasSuffix(got, "\nsummary="+whole[strings.LastIndexByte(whole, '\n')+1:]+"\n") {
			t.Errorf("%s: got\n%s", name, got)
		}
	}
}

func TestOutputsTellWhatLaterStepsDecideBy(t *testing.T) {
	for name, want := range map[string][]string{
		"plan-empty":       {"has-changes=false", "has-revokes=false", "has-public=false", "refused=false", "incomplete=false"},
		"plan-grants":      {"has-changes=true", "has-revokes=false", "has-public=false"},
		"plan-revokes":     {"has-changes=true", "has-revokes=true", "has-public=false"},
		"plan-publish":     {"has-changes=true", "has-revokes=false", "has-public=true", "refused=false"},
		"plan-findings":    {"refused=true", "incomplete=false"},
		"plan-unknown":     {"refused=false", "incomplete=true"},
		"drift-none":       {"has-drift=false", "incomplete=false"},
		"drift-pending":    {"has-drift=false"},
		"drift-all-kinds":  {"has-drift=true"},
		"drift-unknown":    {"has-drift=false", "incomplete=true"},
		"result-applied":   {"complete=true", "applied=true", "failed=false"},
		"result-partial":   {"complete=false", "applied=true", "failed=true"},
		"result-nothing":   {"complete=true", "applied=false", "failed=false"},
		"result-refused":   {"complete=false", "applied=true", "failed=false"},
		"result-held":      {"complete=true", "applied=true"},
		"comparison-stale": {"stale=true", "complete=false"},
		"comparison-holds": {"stale=false"},
	} {
		lines := strings.Split(inFormat(t, documents()[name], report.GitHubOutput, report.Style{}), "\n")
		for _, line := range want {
			if !slices.Contains(lines, line) {
				t.Errorf("%s: no line %s among %q", name, line, lines)
			}
		}
	}
}
