package rules_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/amisync/amisync/internal/rules"
	"github.com/amisync/amisync/internal/strictyaml"
	"github.com/amisync/amisync/reconcile"
)

// Whatever the condition: compiling does not panic, mistakes have
// a place inside, and what compiles is decided again and again alike.
func FuzzCompileRule(f *testing.F) {
	for _, condition := range []string{
		`change.verb == "grant" && image.name.startsWith("golden-") && principal.kind == "account"`,
		"image.tags.exists(k, k in shares) ||\n  timestamp('2026-01-01T00:00:00Z') < image.created",
		`shares.map(s, s + s).filter(s, size(s) > 3).exists_one(s, s.matches(image.name))`,
	} {
		f.Add(condition)
	}
	crowd := subject()
	for range 100 {
		crowd.Shares = append(crowd.Shares, strings.Repeat("share", 20))
	}
	f.Fuzz(func(t *testing.T, condition string) {
		violated, err := rules.Compile(condition)
		if err != nil {
			placed(t, condition, err)
		} else {
			decided(t, violated, subject())
			decided(t, violated, crowd)
		}
	})
}

type reporter interface {
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

func placed(t reporter, condition string, err error) {
	problems, ok := errors.AsType[strictyaml.Problems](err)
	if !ok || len(problems) == 0 {
		t.Fatalf("%v is a %T", err, err)
	}
	lines := strings.Split(condition, "\n")
	for _, p := range problems {
		if p.Message == "" || p.File != "" || p.Line < 1 || p.Line > len(lines) || p.Column < 1 ||
			utf8.ValidString(condition) && p.Column > utf8.RuneCountInString(lines[p.Line-1])+1 {
			t.Errorf("%+v in %q", p, condition)
		}
	}
}

func decided(t reporter, violated func(reconcile.RuleSubject) (bool, error), s reconcile.RuleSubject) {
	once, err := violated(s)
	again, errAgain := violated(s)
	if once != again || (err == nil) != (errAgain == nil) || err != nil && once {
		t.Errorf("%v, %v and then %v, %v", once, err, again, errAgain)
	}
}
