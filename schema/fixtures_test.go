package schema

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/amisync/amisync/internal/strictyaml"
	"github.com/amisync/amisync/reconcile"
)

// Good fixtures compile to what their golden file says; bad ones give the
// problems in theirs.

const manifests = "../testdata/manifests"

func environment(name string) (string, bool) {
	if name == "APPLIANCE_EXTERNAL_ID" {
		return "from-the-environment", true
	}
	return "", false
}

// questions is a RuleCompiler that cannot read question marks; every change
// breaks its rules.
func questions(condition string) (func(reconcile.RuleSubject) (bool, error), error) {
	var problems strictyaml.Problems
	for i, line := range strings.Split(condition, "\n") {
		column := 1
		for _, r := range line {
			if r == '?' {
				problems = append(problems, strictyaml.Position{Line: i + 1, Column: column}.Problem("a question", "answer it"))
			}
			column++
		}
	}
	return func(reconcile.RuleSubject) (bool, error) { return true, nil }, problems.Err()
}

func TestGoodManifestsCompile(t *testing.T) {
	for _, name := range fixtures(t, "good") {
		t.Run(name, func(t *testing.T) {
			declarations, err := loadAndCompile(t, "good", name)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, path.Join(manifests, "good", name, "declarations.golden"), render(declarations))
		})
	}
}

func TestBadManifestsAreRefusedWithEveryProblem(t *testing.T) {
	for _, name := range fixtures(t, "bad") {
		t.Run(name, func(t *testing.T) {
			_, err := loadAndCompile(t, "bad", name)
			if err == nil {
				t.Fatal("accepted")
			}
			golden(t, path.Join(manifests, "bad", name, "problems.golden"), err.Error()+"\n")
		})
	}
}

// loadAndCompile names the root "manifests", so that messages do not depend on
// where the fixtures are.
func loadAndCompile(t *testing.T, sort, name string) (*reconcile.Declarations, error) {
	t.Helper()
	estate, err := Load(os.DirFS(path.Join(manifests, sort, name)), "manifests")
	if err != nil {
		return nil, err
	}
	return estate.Compile(Options{Env: environment, Rules: questions})
}

func fixtures(t *testing.T, sort string) []string {
	t.Helper()
	paths, err := filepath.Glob(path.Join(manifests, sort, "*"))
	if err != nil || len(paths) == 0 {
		t.Fatal("no fixtures: ", err)
	}
	var names []string
	for _, p := range paths {
		names = append(names, filepath.Base(p))
	}
	return names
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("differs from %s\ngot:\n%s\nwant:\n%s", file, got, want)
	}
}

// render writes declarations for people to review.
func render(d *reconcile.Declarations) string {
	var out strings.Builder
	for _, o := range d.Owners {
		fmt.Fprintf(&out, "owner %s: %s %s role=%q externalId=%q regions=%v quotas=%+v nameActor=%t at %s\n",
			o.Name, o.Provider, o.Account, o.Role, o.ExternalID, o.Regions, o.Quotas, o.NameActor, at(o.Source))
	}
	for _, s := range d.Shares {
		fmt.Fprintf(&out, "share %s: owner=%s mode=%s labels=%v at %s\n", s.Share, s.Owner, s.Mode, s.Labels, at(s.Source))
		for _, lane := range s.Lanes {
			fmt.Fprintf(&out, "  lane %s %s %s\n", lane.Provider, lane.Account, lane.Region)
		}
		fmt.Fprintf(&out, "  selector name=%q tags=%v architecture=%q newest=%d\n", s.Selector.Name, s.Selector.Tags, s.Selector.Architecture, s.Selector.Newest)
		for _, id := range s.Selector.IDs {
			fmt.Fprintf(&out, "  image %s at %s\n", id.Image, at(id.Source))
		}
		for _, g := range s.Grants {
			fmt.Fprintf(&out, "  grant %s %s until=%q reason=%q at %s\n", g.Principal.Kind, g.Principal, day(g.Until), g.Reason, at(g.Source))
		}
	}
	renderPolicy(&out, d.Policy)
	var aliases []string
	for p, name := range d.Aliases {
		aliases = append(aliases, fmt.Sprintf("alias %s %s = %s\n", p.Kind, p, name))
	}
	slices.Sort(aliases)
	return out.String() + strings.Join(aliases, "")
}

func renderPolicy(out io.Writer, p reconcile.Policy) {
	fmt.Fprintf(out, "policy public=%t revokes=%+v protect=%v at %s\n", p.AllowPublic, p.Revokes, p.Protect, at(p.Source))
	if p.Allow != nil {
		fmt.Fprintf(out, "  allow %v\n", p.Allow)
	}
	for _, code := range slices.Sorted(maps.Keys(p.Severities)) {
		fmt.Fprintf(out, "  severity %s=%s\n", code, p.Severities[code])
	}
	for _, s := range p.PublicShares {
		fmt.Fprintf(out, "  public share=%s approvedBy=%q %s\n", s.Share, s.ApprovedBy, renderTerm(s.Term))
	}
	for _, e := range p.Exceptions {
		fmt.Fprintf(out, "  except %s share=%q image=%q %s\n", e.Code, e.Share, e.Image, renderTerm(e.Term))
	}
	for _, i := range p.Ignore {
		fmt.Fprintf(out, "  ignore %q owner=%q region=%q %s\n", i.Image, i.Owner, i.Region, renderTerm(i.Term))
	}
	for _, r := range p.Rules {
		violated, err := r.Violated(reconcile.RuleSubject{})
		fmt.Fprintf(out, "  rule %s severity=%s stops=%s message=%q hint=%q violated=%t,%v at %s\n", r.Name, r.Severity, r.Stops, r.Message, r.Hint, violated, err, at(r.Source))
	}
}

func renderTerm(t reconcile.Term) string {
	return fmt.Sprintf("reason=%q until=%q at %s", t.Reason, day(t.Until), at(t.Source))
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

func at(s reconcile.Source) string {
	return strictyaml.Position{File: s.File, Line: s.Line, Column: s.Column}.String()
}

// asJSON is an estate without its positions.
func asJSON(t interface{ Fatal(...any) }, estate *Estate) string {
	text, err := json.MarshalIndent(estate, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
