package rules_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/amisync/amisync/internal/rules"
	"github.com/amisync/amisync/internal/strictyaml"
	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

func subject() reconcile.RuleSubject {
	image := principal.Image{Provider: principal.AWS, Account: "111122223333", Region: "us-east-1", ID: "ami-0123456789abcdef0"}
	return reconcile.RuleSubject{
		Change: reconcile.Change{
			Verb:  reconcile.VerbGrant,
			Image: reconcile.NamedImage{Image: image, Name: "golden-al2023"},
			Principal: reconcile.NamedPrincipal{
				Principal: principal.Principal{Kind: principal.Account, ID: "210987654321"}, Alias: "payments-prod"},
			Reason: reconcile.Declared, Until: "2027-01-31", Note: "migration",
		},
		Image: reconcile.Image{
			Image: image, Name: "golden-al2023", State: reconcile.Available, Architecture: "arm64",
			Created: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), Tags: map[string]string{"team": "platform"},
		},
		Owner:  "image-factory",
		Shares: []string{"base", "golden"},
	}
}

func TestAConditionSeesTheWholeChange(t *testing.T) {
	for condition, want := range map[string]bool{
		`change.verb == "grant" && image.name.startsWith("golden-") && principal.kind == "account"`: true,
		`change.verb != "grant"`:                                 false,
		`change.verb in ["publish", "unpublish"]`:                false,
		`change.reason == "declared"`:                            true,
		`change.until > "2026-12-31"`:                            true,
		`change.until == ""`:                                     false,
		`change.note.contains("migra")`:                          true,
		`principal.id == "210987654321"`:                         true,
		`principal.name == ""`:                                   false,
		`principal.name.endsWith("-prod")`:                       true,
		`image.id == "ami-0123456789abcdef0"`:                    true,
		`image.account == "111122223333"`:                        true,
		`image.owner == "image-factory"`:                         true,
		`image.region.matches("^(us|eu)-")`:                      true,
		`image.provider == "aws"`:                                true,
		`image.architecture == "x86_64"`:                         false,
		`image.state == "available"`:                             true,
		`image.public`:                                           false,
		`image.tags["team"] == "platform"`:                       true,
		`image.tags.team == "platform"`:                          true,
		`has(image.tags.owner)`:                                  false,
		`"owner" in image.tags`:                                  false,
		`!("owner" in image.tags) || image.tags.owner == ""`:     true,
		`image.tags.exists(key, key == "team")`:                  true,
		`size(image.tags) > 1`:                                   false,
		`"golden" in shares && shares.size() == 2`:               true,
		`shares.all(share, share.startsWith("b"))`:               false,
		`image.created < timestamp("2026-04-01T00:00:00Z")`:      true,
		`image.created.getFullYear() == 2026`:                    true,
		`timestamp(change.until + "T00:00:00Z") > image.created`: true,
	} {
		violated, err := compile(t, condition)(subject())
		if violated != want || err != nil {
			t.Errorf("%s: %v, %v", condition, violated, err)
		}
	}
}

func TestOfThePublicAndOfAnImageWithoutAnythingAConditionSeesEmptyValues(t *testing.T) {
	nothing := reconcile.RuleSubject{Change: reconcile.Change{Verb: reconcile.VerbPublish, Principal: reconcile.NamedPrincipal{Principal: principal.Everyone}}}
	for _, condition := range []string{
		`principal.kind == "public" && principal.id == "" && principal.name == ""`,
		`size(image.tags) == 0 && size(shares) == 0 && image.name == ""`,
		`change.until == "" && change.note == ""`,
		`image.created == timestamp("1970-01-01T00:00:00Z")`,
	} {
		if violated, err := compile(t, condition)(nothing); !violated || err != nil {
			t.Errorf("%s: %v, %v", condition, violated, err)
		}
	}
}

func TestWhatCannotBeSaidIsAnError(t *testing.T) {
	for condition, want := range map[string]string{
		`image.tags["owner"] == "x"`:                     "no such key: owner",
		`image.tags.owner == "x"`:                        "no such key: owner",
		`timestamp(change.note) < image.created`:         "migration",
		`int(image.account) / (size(shares) - 2) == 0`:   "division by zero",
		`image.name.matches(change.note + "(") == false`: "error parsing regexp",
	} {
		if violated, err := compile(t, condition)(subject()); violated || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, %v", condition, violated, err)
		}
	}
}

func TestEveryMistakeIsReportedWithItsPlaceAndAHint(t *testing.T) {
	for _, test := range []struct{ condition, want string }{
		{`image.nme == "a" || chnge.verb == "grant"`, `
:1:6: undefined field 'nme'
  hint: did you mean "name"?
:1:21: undeclared reference to 'chnge'
  hint: did you mean "change"?`},
		{`principal.alias == image.foo`, `
:1:10: undefined field 'alias'
  hint: there are kind, id, name
:1:25: undefined field 'foo'
  hint: there are id, name, account, owner, region, provider, architecture, state, public, created, tags`},
		{`change.verb == grant`, `
:1:16: undeclared reference to 'grant'
  hint: there are change, principal, image and shares; text stands in quotes`},
		{"change.verb == 5 ||\n  image.public == \"x\"", `
:1:13: == cannot be applied to (string, int)
  hint: text stands in quotes; numbers, true and false do not
:2:16: == cannot be applied to (bool, string)
  hint: text stands in quotes; numbers, true and false do not`},
		{`image.name.startWith("a")`, `
:1:21: undeclared reference to 'startWith'
  hint: did you mean "startsWith"?`},
		{`change.verb = "grant"`, `
:1:13: a single = means nothing
  hint: compare with ==
:1:15: unexpected '"grant"'
  hint: before it an operator is missing, such as == or &&, or it is one too many; ! stands for not`},
		{`image.public and change.verb == "grant"`, `
:1:14: unexpected 'and'
  hint: write &&`},
		{`image.public &&`, `
:1:16: the condition ends too early
  hint: finish it, or remove its last operator`},
		{`(image.public`, `
:1:14: the condition ends too early: ')' is missing
  hint: close what is open`},
		{`image.public)`, `
:1:13: unexpected ')'
  hint: before it an operator is missing, such as == or &&, or it is one too many; ! stands for not`},
		{`image.name == "a`, `
:1:15: the text "a is not closed, or has an escape that CEL does not know
  hint: a backslash is written as \\
:1:17: the condition ends too early
  hint: finish it, or remove its last operator`},
		{`image.name == "ü" && ö`, `
:1:22: 'ö' is no part of CEL
  hint: text stands in quotes
:1:23: the condition ends too early
  hint: finish it, or remove its last operator`},
		{`image.name`, `
:1:1: the condition is of type string, and must be true or false
  hint: compare it with something`},
		{` `, `
:1:1: the condition is empty
  hint: write what breaks the rule, such as principal.kind == "account"`},
		{`image.name.matches("(")`, `
:1:20: invalid matches argument
  hint: it is a regular expression as in https://github.com/google/re2/wiki/Syntax`},
		{`image.created < timestamp("2026-01-01")`, `
:1:27: invalid timestamp argument
  hint: write it as timestamp("2027-01-31T00:00:00Z")`},
		{`change.verb == "grants" || "acount" == principal.kind || change.reason in ["x", "expired"]`, `
:1:16: change.verb is never "grants"
  hint: did you mean "grant"?
:1:28: principal.kind is never "acount"
  hint: did you mean "account"?
:1:76: change.reason is never "x"
  hint: it is one of declared, undeclared, expired, evicted`},
		{`change.verb == "grants" && image.nme == "a"`, `
:1:16: change.verb is never "grants"
  hint: did you mean "grant"?
:1:33: undefined field 'nme'
  hint: did you mean "name"?`},
		{`dyn(image).nme == "a"`, `
:1:4: the type of this part cannot be known before it runs
  hint: name the field that is meant
:1:11: the type of this part cannot be known before it runs
  hint: name the field that is meant`},
		{`[image, 1][0].nme == "a"`, `
:1:9: expected type 'Image' but found 'int'
  hint: all that stands in one list is of one type`},
		{`image.name && image.public`, `
:1:6: expected type 'bool' but found 'string'
  hint: compare it with something`},
		{`!image.name`, `
:1:1: ! cannot be applied to (string)
  hint: it turns true and false around: !(image.name == "golden")`},
		{`shares["base"] == "a"`, `
:1:7: [] cannot be applied to (list(string), string)
  hint: items of a list have numbers, tags have names: shares[0], image.tags["team"]`},
		{`"golden" in image.name`, `
:1:10: in cannot be applied to (string, string)
  hint: a part of a text is looked for with contains: image.name.contains("golden"); in takes a list: image.region in ["us-east-1"]`},
		{`shares == "base" || image.tags.contains("team")`, `
:1:8: == cannot be applied to (list(string), string)
  hint: ask what is in it: "base" in shares, "team" in image.tags
:1:40: contains cannot be applied to map(string, string).(string)
  hint: ask what is in it: "base" in shares, "team" in image.tags`},
		{`startsWith(image.name, "a")`, `
:1:11: startsWith cannot be applied to (string, string)
  hint: it stands behind a text: image.name.startsWith("…")`},
		{`image.tags.team == null`, `
:1:17: == cannot be applied to (string, null)
  hint: nothing is null: ask has(image.tags.team) for a tag, and compare text with ""`},
		{`image.created < "2026-01-01"`, `
:1:15: < cannot be applied to (timestamp, string)
  hint: write times as timestamp("2027-01-31T00:00:00Z"), and spans as duration("72h")`},
		{`principal == "444455556666"`, `
:1:11: == cannot be applied to (Principal, string)
  hint: name a field of it, as change.verb, principal.kind or image.name`},
		{`image.public == (image.public ? 1 : "a")`, `
:1:31: ? : cannot be applied to (bool, int, string)
  hint: what stands on both sides of the : is of one type`},
		{`image.name.size > 5`, `
:1:11: type 'string' does not support field selection
  hint: it has no fields; a function stands before what it takes: size(image.name)`},
		{`image.name.toLowerCase() == "a"`, `
:1:23: undeclared reference to 'toLowerCase'
  hint: there are size, startsWith, endsWith, contains, matches and CEL's other standard functions`},
		{`shares.exists("base")`, `
:1:14: undeclared reference to 'exists'
  hint: it takes a name for an item and a condition: shares.exists(s, s == "base")`},
		{`image.public == True || image.created < now`, `
:1:17: undeclared reference to 'True'
  hint: write true or false
:1:41: undeclared reference to 'now'
  hint: a rule does not see the time`},
		{`has(team)`, `
:1:5: invalid argument to has() macro
  hint: it asks for a tag: has(image.tags.team)`},
		{`duration("3d") > duration("1h")`, `
:1:10: invalid duration argument
  hint: write it as duration("72h")`},
		{`image.public & true`, `
:1:14: a single & means nothing
  hint: write &&
:1:16: unexpected 'true'
  hint: before it an operator is missing, such as == or &&, or it is one too many; ! stands for not`},
		{`image.public | true`, `
:1:14: a single | means nothing
  hint: write ||
:1:16: unexpected 'true'
  hint: before it an operator is missing, such as == or &&, or it is one too many; ! stands for not`},
		{`image.name =~ "a"`, `
:1:12: =~ means nothing
  hint: write image.name.matches("…")
:1:15: unexpected '"a"'
  hint: before it an operator is missing, such as == or &&, or it is one too many; ! stands for not`},
		{`image.name LIKE "a"`, `
:1:12: unexpected 'LIKE'
  hint: there are startsWith, endsWith, contains and matches`},
		{"image.name == `a`", "\n:1:15: unexpected '`a`'\n  hint: text stands in \" or '"},
		{`image.public;`, `
:1:13: ';' is no part of CEL
  hint: a condition is one expression, with nothing behind it`},
		{`if == "a"`, `
:1:1: reserved identifier: if
  hint: write what breaks the rule, and nothing around it`},
	} {
		if got := "\n" + problems(t, test.condition).Error(); got != test.want {
			t.Errorf("%s: got%s", test.condition, got)
		}
	}
}

func TestWhatIsTooLongTooDeepOrTooExpensiveIsRefused(t *testing.T) {
	for _, test := range []struct{ name, condition, want string }{
		{"long", "image.public" + strings.Repeat(" ", rules.MaxLength), "the condition has 4108 bytes, more than the 4096 that are read"},
		{"parentheses", strings.Repeat("(", 100) + "image.public" + strings.Repeat(")", 100), "nests too deep"},
		{"operators", `image.name == "a"` + strings.Repeat(` + "a"`, 200), "nests too deep"},
		{"three loops", `image.tags.exists(a, image.tags.exists(b, image.tags.exists(c, a != b && b != c)))`, "steps, more than the 100000"},
		{"two loops over long texts", `image.tags.all(a, image.tags.all(b, image.tags[a].contains(image.tags[b])))`, "steps, more than the 100000"},
		{"text that doubles", strings.Repeat(`["a"].exists(x, `, 3) + `size(image.name+image.name) > 1` + strings.Repeat(")", 3), ""},
		{"a large pattern", `image.name.matches("` + strings.Repeat("(a|b|c|d{900})", 20) + `")`, "the regular expression is too large"},
	} {
		_, err := rules.Compile(test.condition)
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

func TestWhatIsWithinTheLimitsIsAccepted(t *testing.T) {
	for _, condition := range []string{
		"image.public" + strings.Repeat(" ", rules.MaxLength-len("image.public")),
		strings.Repeat(`image.name == "a" || `, 100) + "image.public",
		`shares.exists(share, image.tags.exists(key, image.tags[key] == share))`,
		`image.tags.exists(key, image.tags[key].matches("^(team|owner)-[a-z]+$"))`,
	} {
		if _, err := rules.Compile(condition); err != nil {
			t.Errorf("%.60s: %v", condition, err)
		}
	}
}

// An image may have more than its kind has when costs are estimated.
func TestACostThatNobodyForesawStopsTheEvaluation(t *testing.T) {
	violated := compile(t, `shares.exists(a, shares.exists(b, a == image.name && b == a))`)
	huge := subject()
	for i := range 10_000 {
		huge.Shares = append(huge.Shares, fmt.Sprintf("share-%d", i))
	}
	if broken, err := violated(huge); broken || err == nil || !strings.Contains(err.Error(), "cost limit exceeded") {
		t.Errorf("%v, %v", broken, err)
	}
	if broken, err := violated(subject()); broken || err != nil {
		t.Errorf("another evaluation of the same rule: %v, %v", broken, err)
	}
}

func TestEvaluationsDoNotDisturbEachOther(t *testing.T) {
	violated := compile(t, `shares.exists(share, share == image.name)`)
	var group sync.WaitGroup
	for i := range 50 {
		group.Go(func() {
			mine := subject()
			if mine.Image.Name = fmt.Sprintf("image-%d", i); i%2 == 0 {
				mine.Shares = []string{"base", mine.Image.Name}
			}
			for range 50 {
				if broken, err := violated(mine); broken != (i%2 == 0) || err != nil {
					t.Errorf("%d: %v, %v", i, broken, err)
					return
				}
			}
		})
	}
	group.Wait()
}

var (
	verbs = []reconcile.Verb{reconcile.VerbGrant, reconcile.VerbRevoke, reconcile.VerbPublish, reconcile.VerbUnpublish}
	kinds = []principal.Kind{principal.Account, principal.Organization, principal.OrganizationalUnit, principal.Public}
	texts = rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "golden-", `"`, `\`, "\n", "a'b", "\x00", "é", "\U0001F600"}))
)

// Whatever text a name or a tag is, the condition and Go agree about it: nothing
// in a value is taken for a part of the condition.
func TestAConditionMeansWhatItSays(t *testing.T) {
	violated := compile(t, `change.verb == "grant" && principal.kind == "account" && image.name.startsWith(principal.name) && !(image.name in shares) && has(image.tags.team)`)
	rapid.Check(t, func(t *rapid.T) {
		s := subject()
		s.Change.Verb = rapid.SampledFrom(verbs).Draw(t, "verb")
		s.Change.Principal.Kind = rapid.SampledFrom(kinds).Draw(t, "kind")
		s.Change.Principal.Alias = texts.Draw(t, "alias")
		s.Image.Name = s.Change.Principal.Alias + texts.Draw(t, "name")
		s.Shares = rapid.SliceOf(texts).Draw(t, "shares")
		s.Image.Tags = rapid.MapOfN(rapid.OneOf(texts, rapid.Just("team")), texts, 0, 3).Draw(t, "tags")
		_, hasTeam := s.Image.Tags["team"]
		want := s.Change.Verb == reconcile.VerbGrant && s.Change.Principal.Kind == principal.Account && hasTeam
		for _, share := range s.Shares {
			want = want && share != s.Image.Name
		}
		if got, err := violated(s); got != want || err != nil {
			t.Fatalf("%v, %v; want %v", got, err, want)
		}
	})
}

// Whatever is put together of the language's own pieces, compiling it ends
// without a panic, and mistakes have a place inside.
func TestNoConditionIsTooOdd(t *testing.T) {
	pieces := rapid.SampledFrom([]string{"change", "image", "shares", ".verb", ".name", ".public", ".tags", `["team"]`, `"a"`, "'", `\`, "1", "(", ")", "[", "]", "{", "}", ",", ".", "?", ":",
		" == ", " != ", " in ", " && ", " || ", "!", "-", "+", " < ", ".exists(", ".map(", "has(", "size(", "dyn(", "x, ", "x", "timestamp(", ".matches(", "Image{", "null", "true", "\n", "é", "\xff"})
	rapid.Check(t, func(t *rapid.T) {
		condition := strings.Join(rapid.SliceOfN(pieces, 1, 25).Draw(t, "pieces"), "")
		violated, err := rules.Compile(condition)
		if err != nil {
			placed(t, condition, err)
			return
		}
		decided(t, violated, subject())
	})
}

// The words that conditions may compare with are those that the engine uses.
func TestEveryVerbAndKindCanBeAskedFor(t *testing.T) {
	for _, verb := range verbs {
		s := subject()
		s.Change.Verb = verb
		if violated, err := compile(t, fmt.Sprintf(`change.verb == %q`, verb))(s); !violated || err != nil {
			t.Errorf("%s: %v, %v", verb, violated, err)
		}
	}
	for _, kind := range kinds {
		s := subject()
		s.Change.Principal.Kind = kind
		if violated, err := compile(t, fmt.Sprintf(`principal.kind == %q`, kind))(s); !violated || err != nil {
			t.Errorf("%s: %v, %v", kind, violated, err)
		}
	}
}

func compile(t *testing.T, condition string) func(reconcile.RuleSubject) (bool, error) {
	t.Helper()
	violated, err := rules.Compile(condition)
	if err != nil {
		t.Fatalf("%s: %v", condition, err)
	}
	return violated
}

func problems(t *testing.T, condition string) strictyaml.Problems {
	t.Helper()
	_, err := rules.Compile(condition)
	found, ok := errors.AsType[strictyaml.Problems](err)
	if !ok {
		t.Fatalf("%s: %v is a %T", condition, err, err)
	}
	return found
}
