package reconcile_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/amisync/amisync/reconcile"
	"github.com/amisync/amisync/schema"
)

// declared compiles manifests, a text each for owners and names, shares, and
// what the Policy says.
func declared(t interface {
	Helper()
	Fatal(...any)
}, estate, policy string) *reconcile.Declarations {
	t.Helper()
	files := fstest.MapFS{"estate.yaml": {Data: []byte(estate)}}
	if policy != "" {
		files["policy.yaml"] = &fstest.MapFile{Data: []byte("apiVersion: amisync/v1\nkind: Policy\nmetadata: {name: guardrails}\nspec:\n" + policy)}
	}
	loaded, err := schema.Load(files, "manifests")
	if err != nil {
		t.Fatal(err)
	}
	d, err := loaded.CompileOwners(schema.Options{Rules: func(string) (func(reconcile.RuleSubject) (bool, error), error) {
		return func(reconcile.RuleSubject) (bool, error) { return false, nil }, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func manifest(kind, name, spec string) string {
	return fmt.Sprintf("apiVersion: amisync/v1\nkind: %s\nmetadata: {name: %s}\nspec: {%s}\n---\n", kind, name, spec)
}

const (
	factorySpec = `id: "111122223333", role: "arn:aws:iam::111122223333:role/a", regions: [us-east-1, eu-west-1]`
	namesSpec   = `accounts: {payments: "444455556666", data: "777788889999"}, organizations: {acme: "arn:aws:organizations::123456789012:organization/o-exampleorg1"}, ` +
		`groups: {eu: [{account: data}], partners: [{account: payments}, {group: eu}]}`
	baseSpec = `owner: factory, images: {name: base-*}, launchPermissions: [{group: partners}]`
)

// small is an estate of one share; replacements edit it.
func small(replacements ...string) string {
	text := manifest("OwnerAccount", "factory", factorySpec) + manifest("Directory", "acme", namesSpec) + manifest("ImageShare", "base", baseSpec)
	return strings.NewReplacer(replacements...).Replace(text)
}

// told is a difference in lines that people read.
func told(d *reconcile.Difference) string {
	var lines []string
	for _, a := range d.Access {
		until := a.Until
		if a.Kind == reconcile.DifferenceTerm || a.Before != "" || a.Ended {
			until = a.Before + "→" + a.Until
		}
		if a.Ended {
			until += " (over)"
		}
		line := fmt.Sprintf("%s %s %s %s", a.Share, a.Kind, a.Principal.Principal, a.Principal.Alias)
		for _, part := range []struct{ label, text string }{{"until", until}, {"through", a.Through}, {"stays:", a.Stays}} {
			if part.text != "" {
				line += " " + part.label + " " + part.text
			}
		}
		lines = append(lines, line)
	}
	for _, e := range d.Edits {
		lines = append(lines, fmt.Sprintf("edit %s: %s +%d -%d", e.Entry, strings.Join(e.Shares, ","), e.Gains, e.Losses))
	}
	for _, s := range d.Settings {
		risk := ""
		if s.Risk {
			risk = "RISK "
		}
		lines = append(lines, fmt.Sprintf("%s%s %s: %s → %s (%s)", risk, s.Subject, s.Key, s.Before, s.After, s.Consequence))
	}
	return strings.Join(lines, "\n")
}

func TestWhoGainsAndLosesAndThroughWhat(t *testing.T) {
	direct := []string{"[{group: partners}]", "[{group: partners}, {account: \"123412341234\"}]"}
	additive := []string{"owner: factory, images", "owner: factory, mode: additive, images"}
	for name, test := range map[string]struct {
		base, head []string
		want       string
	}{
		"an entry of the share": {nil, direct, "base gains 123412341234 "},
		"taken out again":       {direct, nil, "base loses 123412341234 "},
		"a group in the share":  {[]string{"[{group: partners}]", "[]"}, nil, "base gains 444455556666 payments\nbase gains 777788889999 data"},
		"a member of a group": {nil, []string{"[{account: payments}, {", "[{"},
			"base loses 444455556666 payments through group partners\nedit group partners: base +0 -1"},
		"a member of a group in a group": {nil, []string{"eu: [{account: data}]", "eu: [{account: data}, {account: \"123412341234\"}]"},
			"base gains 123412341234  through group eu\nedit group eu: base +1 -0"},
		"a group in a group": {nil, []string{", {group: eu}]", "]"}, "base loses 777788889999 data through group partners\nedit group partners: base +0 -1"},
		"a name for another id": {nil, []string{"777788889999", "777788880000"},
			"base gains 777788880000 data through account data\nbase loses 777788889999 data through account data\nedit account data: base +1 -1\n" +
				`RISK Directory account data: "777788889999" → "777788880000" (the name now means another account)`},
		"a group and the share": {nil, []string{"[{group: partners}]", "[{group: partners}, {organization: acme}]", "eu: [{account: data}]", "eu: [{account: \"123412341234\"}]"},
			"base gains arn:aws:organizations::123456789012:organization/o-exampleorg1 acme\nbase gains 123412341234  through group eu\nbase loses 777788889999 data through group eu\nedit group eu: base +1 -1"},
		"the same by id": {nil, []string{"eu: [{account: data}]", "eu: [{account: \"777788889999\"}]"}, ""},
		"a last day":     {nil, []string{"{group: partners}", "{group: partners, until: 2027-01-31}"}, "base term 444455556666 payments until →2027-01-31\nbase term 777788889999 data until →2027-01-31"},
		"a last day that a group overrules": {[]string{"[{group: partners}]", "[{group: partners}, {account: \"123412341234\", until: 2027-01-31}]"},
			[]string{"[{group: partners}]", "[{group: partners}, {account: \"123412341234\", until: 2027-01-31}]", "eu: [{account: data}]", "eu: [{account: data}, {account: \"123412341234\"}]"},
			"base term 123412341234  until 2027-01-31→ through group eu\nedit group eu: base +0 -0"},
		"a last day that a group no longer overrules": {[]string{"[{group: partners}]", "[{group: partners}, {account: payments, until: 2027-01-31}]"},
			[]string{"[{group: partners}]", "[{group: partners}, {account: payments, until: 2027-01-31}]", "[{account: payments}, {group", "[{group"},
			"base term 444455556666 payments until →2027-01-31 through group partners\nedit group partners: base +0 -0"},
		"out of an additive share": {append(slices.Clone(additive), direct...), additive, "base loses 123412341234  stays: the share is additive: what is there stays"},
		"an end that is past": {[]string{"[{group: partners}]", "[{group: partners}, {account: \"123412341234\", until: 2026-11-20}]"}, nil,
			"base loses 123412341234  until 2026-11-20"},
		"public":                  {nil, []string{"[{group: partners}]", "[{group: partners}, {public: true}]"}, "base gains public "},
		"nothing":                 {direct, direct, ""},
		"other order and words":   {nil, []string{"{account: payments}, {group: eu}", "{group: eu}, {account: payments}"}, ""},
		"a name that nobody uses": {nil, []string{`accounts: {`, `accounts: {new: "123412341234", `}, ""},
		"a name for the same":     {nil, []string{"payments", "pay"}, `Directory account pay: payments → pay (the same account under another name)`},
		"another id that nobody uses": {[]string{`accounts: {`, `accounts: {new: "123412341234", `}, []string{`accounts: {`, `accounts: {new: "123412340000", `},
			`RISK Directory account new: "123412341234" → "123412340000" (the name now means another account)`},
	} {
		t.Run(name, func(t *testing.T) {
			d := reconcile.DifferenceOf(declared(t, small(test.base...), ""), declared(t, small(test.head...), ""), noon)
			if got := told(d); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
			if d.Differs() != (test.want != "") {
				t.Error(d.Differs())
			}
		})
	}
}

func TestALossInASharedRangeOfNamesIsNotSaidToStay(t *testing.T) {
	additive := func(launch string) string {
		return small() + manifest("ImageShare", "extra", `owner: factory, mode: additive, images: {name: golden-*-arm, tags: {team: data}, architecture: arm64}, launchPermissions: [`+launch+`]`)
	}
	for other, stays := range map[string]bool{
		`{name: golden-x*}`: false, `{name: "*"}`: false, `{tags: {team: data}}`: false, `{name: golden-x-arm}`: false, `{name: gold*}`: false, `{name: "*arm"}`: false,
		`{ids: [{region: us-east-1, id: ami-1a2b3c4d}]}`: false,
		`{name: gold-*}`: true, `{name: "*-x86"}`: true, `{tags: {team: web}}`: true, `{name: golden-x-x86}`: true, `{name: golden-*, architecture: x86_64}`: true,
	} {
		neighbour := manifest("ImageShare", "other", "owner: factory, images: "+other+", launchPermissions: []")
		d := reconcile.DifferenceOf(declared(t, additive("{account: payments}")+neighbour, ""), declared(t, additive("")+neighbour, ""), noon)
		if len(d.Access) != 1 || (d.Access[0].Stays != "") != stays {
			t.Errorf("%s: %s", other, told(d))
		}
	}
	elsewhere := strings.Replace(manifest("OwnerAccount", "lab", factorySpec), "111122223333", "222233334444", 2) + manifest("ImageShare", "other", "owner: lab, images: {name: '*'}, launchPermissions: []")
	if d := reconcile.DifferenceOf(declared(t, additive("{account: payments}")+elsewhere, ""), declared(t, additive("")+elsewhere, ""), noon); d.Access[0].Stays == "" {
		t.Error(told(d))
	}
}

func TestSettingsSayWhatFollows(t *testing.T) {
	const more = `[{group: partners}]}
---
`
	edit := func(pairs ...string) []string { return pairs }
	for name, test := range map[string]struct {
		base, head []string
		want       string
	}{
		"mode": {nil, edit("images: {name", "mode: additive, images: {name"), "RISK ImageShare base spec.mode: exclusive → additive (what the share does not declare is no longer revoked)"},
		"mode back": {edit("images: {name", "mode: additive, images: {name"), nil,
			"ImageShare base spec.mode: additive → exclusive (permissions that the share does not declare will be revoked)"},
		"a pattern": {nil, edit("base-*", "'*'"), `RISK ImageShare base spec.images.name: base-* → "*" (which images are meant changes; a plan against the cloud tells)`},
		"newest":    {nil, edit("name: base-*", "name: base-*, newest: 3"), "ImageShare base spec.images.newest:  → 3 (fewer images are shared; the others keep what they have)"},
		"more of the newest": {edit("name: base-*", "name: base-*, newest: 3"), edit("name: base-*", "name: base-*, newest: 5"),
			"RISK ImageShare base spec.images.newest: 3 → 5 (more images are shared)"},
		"a condition more": {nil, edit("name: base-*", "name: base-*, architecture: arm64, tags: {team: data}"),
			"ImageShare base spec.images.architecture:  → arm64 (which images are meant changes; a plan against the cloud tells)\nImageShare base spec.images.tags.team:  → data (which images are meant changes; a plan against the cloud tells)"},
		"a condition more among the newest": {edit("name: base-*", "name: base-*, newest: 1"), edit("name: base-*", "name: base-*, newest: 1, tags: {channel: stable}"),
			"RISK ImageShare base spec.images.tags.channel:  → stable (which images are meant changes; a plan against the cloud tells)"},
		"a condition less": {edit("name: base-*", "name: base-*, tags: {team: data}"), nil,
			"RISK ImageShare base spec.images.tags.team: data →  (which images are meant changes; a plan against the cloud tells)"},
		"an id more": {edit("name: base-*", "ids: [{region: us-east-1, id: ami-1a2b3c4d}]"), edit("name: base-*", "ids: [{region: us-east-1, id: ami-1a2b3c4d}, {region: us-east-1, id: ami-1a2b3c4e}]"),
			"RISK ImageShare base spec.images.ids: [{region: us-east-1, id: ami-1a2b3c4d}] → [{region: us-east-1, id: ami-1a2b3c4d}, {region: us-east-1, id: ami-1a2b3c4e}] (which images are meant changes; a plan against the cloud tells)"},
		"regions of the share": {edit("owner: factory, images", "owner: factory, regions: [us-east-1], images"), nil, "RISK ImageShare base spec.regions: [us-east-1] →  (images are shared in more regions)"},
		"regions of the owner": {nil, edit("[us-east-1, eu-west-1]", "[us-east-1, eu-west-1, eu-west-2]"),
			"RISK OwnerAccount factory spec.regions: [eu-west-1, us-east-1] → [eu-west-1, eu-west-2, us-east-1] (share base, which names no regions, shares images there, too)"},
		"fewer regions of the share": {nil, edit("owner: factory, images", "owner: factory, regions: [us-east-1], images"),
			"ImageShare base spec.regions:  → [us-east-1] (its images in the other regions keep what they have)"},
		"fewer regions of the owner": {nil, edit("[us-east-1, eu-west-1]", "[us-east-1]"),
			"OwnerAccount factory spec.regions: [eu-west-1, us-east-1] → [us-east-1] (nothing in the other regions is looked at any more)"},
		"labels":   {nil, edit("{name: base}", "{name: base, labels: {team: data}}"), "ImageShare base metadata.labels.team:  → data ()"},
		"a rename": {nil, edit("{name: base}", "{name: basis}"), "ImageShare basis metadata.name: base → basis ()"},
		"a rename with an edit of a group": {nil, edit("{name: base}", "{name: basis}", "eu: [{account: data}]", "eu: [{account: \"123412341234\"}]"),
			"basis gains 123412341234  through group eu\nbasis loses 777788889999 data through group eu\nedit group eu: basis +1 -1\nImageShare basis metadata.name: base → basis ()"},
		"an owner's rename": {nil, edit("{name: factory}", "{name: plant}", "owner: factory", "owner: plant"), "OwnerAccount plant metadata.name: factory → plant ()"},
		"an owner's id": {nil, edit(`"111122223333"`, `"222233334444"`, "iam::111122223333", "iam::222233334444"),
			"RISK OwnerAccount factory spec.id: \"111122223333\" → \"222233334444\" (the shares of this owner mean images of another account)\nRISK OwnerAccount factory spec.role: arn:aws:iam::111122223333:role/a → arn:aws:iam::222233334444:role/a (the account is entered in another way)"},
		"external ids": {edit("role/a\"", "role/a\", externalId: first-secret"), edit("role/a\"", "role/a\", externalId: second-secret"),
			"RISK OwnerAccount factory spec.externalId: … → … (another) (the account is entered in another way)"},
		"an external id from elsewhere": {edit("role/a\"", "role/a\", externalId: first-secret"), edit("role/a\"", "role/a\", externalIdEnv: EXTERNAL_ID"),
			"RISK OwnerAccount factory spec.externalId: … →  (the account is entered in another way)\nRISK OwnerAccount factory spec.externalIdEnv:  → EXTERNAL_ID (the account is entered in another way)"},
		"quotas": {nil, edit("regions: [us", "quotas: {publicImages: 7}, sourceIdentity: true, regions: [us"),
			"OwnerAccount factory spec.quotas.publicImages: 5 → 7 ()\nOwnerAccount factory spec.sourceIdentity: false → true ()"},
		"a reason": {nil, edit("{group: partners}", "{group: partners, reason: 'INC-1: why'}"), `ImageShare base spec.launchPermissions.reason:  → "INC-1: why" ()`},
		"a new share": {nil, edit(more, more+manifest("ImageShare", "golden", "owner: factory, images: {name: golden-*}, launchPermissions: [{account: data}]")),
			"golden gains 777788889999 data\nImageShare golden :  → {owner: factory, mode: exclusive, images.name: golden-*} (permissions on its images that it does not declare will be revoked)"},
		"a share that is gone": {edit(more, more+manifest("ImageShare", "golden", "owner: factory, images: {name: golden-*}, launchPermissions: [{account: data}]")), nil,
			"golden loses 777788889999 data stays: the share is gone: what is there stays\nRISK ImageShare golden : {owner: factory, mode: exclusive, images.name: golden-*} →  (nothing is revoked: its images keep what they have)"},
		"a new owner": {nil, edit(more, more+strings.ReplaceAll(manifest("OwnerAccount", "lab", factorySpec+", externalId: lab-secret"), "111122223333", "222233334444")),
			`OwnerAccount lab :  → {id: "222233334444", role: arn:aws:iam::222233334444:role/a, externalId: …, regions: [eu-west-1, us-east-1], quotas.publicImages: 5, quotas.sharingEntities: 1000, sourceIdentity: false} ()`},
		"a share of another owner": {edit(more, more+strings.ReplaceAll(manifest("OwnerAccount", "lab", factorySpec), "111122223333", "222233334444")),
			edit("owner: factory", "owner: lab", more, more+strings.ReplaceAll(manifest("OwnerAccount", "lab", factorySpec), "111122223333", "222233334444")),
			"RISK ImageShare base spec.owner: factory → lab (which images are meant changes; a plan against the cloud tells)"},
	} {
		t.Run(name, func(t *testing.T) {
			d := reconcile.DifferenceOf(declared(t, small(test.base...), ""), declared(t, small(test.head...), ""), noon)
			got := told(d)
			if got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
			if text, err := reconcile.EncodeDifference(d); err != nil || strings.Contains(got+string(text), "secret") {
				t.Errorf("an external id shows: %v\n%s", err, text)
			}
			for _, s := range d.Settings {
				if s.Source.File == "" || s.Source.Line == 0 {
					t.Errorf("%v has no place", s)
				}
			}
		})
	}
}

func TestAPolicyThatGuardsLessIsARisk(t *testing.T) {
	rule := func(when, rest string) string {
		return `  rules: [{name: r, when: "` + when + `", message: never` + rest + "}]\n"
	}
	ignore := func(rest string) string { return "  ignore: [{image: legacy-*, reason: hold" + rest + "}]\n" }
	for name, test := range map[string]struct {
		base, head string
		want       string // "" for a stricter policy: a difference that is no risk
	}{
		"public":               {"  public: deny\n", "  public: allow\n", "spec.public: deny → allow (every share may make its images public)"},
		"a public share":       {"  public: deny\n", "  publicShares: [{share: base, approvedBy: jane, reason: why}]\n", "spec.publicShares:  → {share: base, approvedBy: jane, reason: why} (images of share base may become public)"},
		"max":                  {"  revokes: {max: 5}\n", "  revokes: {max: 6}\n", "spec.revokes.max: 5 → 6 (one run may revoke more)"},
		"no policy any more":   {"  revokes: {max: 5}\n", "", "spec.revokes.max: 5 → 100 (one run may revoke more)"},
		"percent":              {"  public: deny\n", "  revokes: {maxPercentPerImage: 60}\n", "spec.revokes.maxPercentPerImage: 50 → 60 (one run may revoke more)"},
		"protect":              {"  protect: [{account: data}, {account: payments}]\n", "  protect: [{account: payments}]\n", "spec.protect: {account: data} →  (its permissions may be revoked)"},
		"allow":                {"  allow: [{account: data}]\n", "  allow: [{account: data}, {account: payments}]\n", "spec.allow:  → {account: payments} (it may gain access)"},
		"everybody":            {"  allow: []\n", "  public: deny\n", "spec.allow: [] →  (everybody may gain access)"},
		"a severity":           {"  severities: {AMI007: error}\n", "  severities: {AMI007: warning}\n", "spec.severities.AMI007: error → warning (its findings weigh less)"},
		"a severity of a code": {"  public: deny\n", "  severities: {AMI003: note}\n", "spec.severities.AMI003:  → note (its findings weigh less)"},
		"the code's own error": {"  severities: {AMI009: error}\n", "  public: deny\n", "spec.severities.AMI009: error →  (its findings weigh less)"},
		"the code's own note":  {"  public: deny\n", "  severities: {AMI007: note}\n", ""},
		"an exception":         {"  public: deny\n", "  exceptions: [{code: AMI003, share: base, reason: why, until: 2027-01-31}]\n", "spec.exceptions:  → {code: AMI003, share: base, reason: why, until: 2027-01-31} (such findings of AMI003 stop nothing)"},
		"an ignored image":     {"  public: deny\n", ignore(""), "spec.ignore:  → {image: legacy-*, reason: hold} (such images are not read, and nothing is said of them)"},
		"for longer":           {ignore(", until: 2027-01-31"), ignore(""), "spec.ignore: {image: legacy-*, reason: hold, until: 2027-01-31} → {image: legacy-*, reason: hold} (such images are not read, and nothing is said of them)"},
		"a rule less":          {rule("true", ""), "  public: deny\n", `spec.rules: {name: r, when: "true", severity: error, stops: run, message: never} →  (what it refused is refused no more)`},
		"another rule":         {rule("true", ""), rule("false", ""), `spec.rules: {name: r, when: "true", severity: error, stops: run, message: never} → {name: r, when: "false", severity: error, stops: run, message: never} (another sort of change is refused)`},
		"a milder rule":        {rule("true", ""), rule("true", ", severity: note"), `spec.rules: {name: r, when: "true", severity: error, stops: run, message: never} → {name: r, when: "true", severity: note, stops: run, message: never} (another sort of change is refused)`},
		"a rule that says how": {rule("true", ""), rule("true", ", hint: ask"), ""},
		"a rule more":          {"  public: deny\n", rule("true", ""), ""},
		"for shorter":          {ignore(""), ignore(", until: 2027-01-31"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			base, head := declared(t, small(), test.base), declared(t, small(), test.head)
			got, back := told(reconcile.DifferenceOf(base, head, noon)), told(reconcile.DifferenceOf(head, base, noon))
			if test.want != "" && got != "RISK Policy guardrails "+test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
			if got == "" || test.want == "" && strings.Contains(got, "RISK") {
				t.Errorf("got %s", got)
			}
			if change := strings.Contains(test.want, "another sort of change"); test.want != "" && strings.Contains(back, "RISK") != change {
				t.Errorf("the way back is a risk: %s", back)
			}
		})
	}
}

// What a policy protects, and whom it allows, may stand in a group.
func TestAGroupCanLoosenThePolicy(t *testing.T) {
	policy := "  protect: [{group: partners}]\n  allow: [{group: partners}]\n"
	d := reconcile.DifferenceOf(declared(t, small(), policy), declared(t, small("eu: [{account: data}]", `eu: [{account: "123412341234"}]`), policy), noon)
	want := `RISK Policy guardrails spec.allow:  → {account: "123412341234"} (it may gain access)
Policy guardrails spec.allow: {account: data} →  ()
RISK Policy guardrails spec.protect: {account: data} →  (its permissions may be revoked)
Policy guardrails spec.protect:  → {account: "123412341234"} ()`
	if got := told(d); !strings.HasSuffix(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	d = reconcile.DifferenceOf(declared(t, small(), policy), declared(t, small("777788889999", "777788880000"), policy), noon)
	if got := told(d); !strings.Contains(got, `spec.protect: {account: "777788889999"} → `) || !strings.Contains(got, `spec.protect:  → {account: "777788880000"}`) {
		t.Errorf("two ids of one name look the same:\n%s", got)
	}
}

func TestADifferenceIsCounted(t *testing.T) {
	head := small("[{group: partners}]", "[{group: partners, until: 2027-01-31}, {public: true}]", "eu: [{account: data}]", `eu: [{account: "123412341234"}]`, "images: {name", "mode: additive, images: {name")
	head += manifest("ImageShare", "golden", "owner: factory, images: {name: golden-*}, launchPermissions: []")
	d := reconcile.DifferenceOf(declared(t, small(), ""), declared(t, head, "  public: allow\n"), noon)
	if want := (reconcile.DifferenceSummary{Shares: 2, Gains: 2, Losses: 1, Terms: 1, Public: 1, Settings: 3}); d.Summary != want {
		t.Errorf("%+v\n%s", d.Summary, told(d))
	}
	if d := reconcile.DifferenceOf(&reconcile.Declarations{Policy: reconcile.DefaultPolicy()}, declared(t, small(), ""), noon); d.Summary.Gains != 2 || d.Summary.Settings != 2 || d.Edits == nil || len(d.Edits) > 0 {
		t.Errorf("from nothing: %s", told(d))
	}
}

func TestOneEditReachesThousandsOfShares(t *testing.T) {
	estate := func(member string) *reconcile.Declarations {
		var text strings.Builder
		text.WriteString(small("eu: [{account: data}]", "eu: [{account: data}"+member+"]"))
		for i := range 2000 {
			text.WriteString(manifest("ImageShare", fmt.Sprintf("s%d", i), fmt.Sprintf("owner: factory, images: {name: s%d-*}, launchPermissions: [{group: partners}]", i)))
		}
		return declared(t, text.String(), "")
	}
	base, head := estate(""), estate(`, {account: "123412341234"}`)
	for range 4 { // one way is shared by all
		head.Shares, base.Shares = append(head.Shares, renumbered(head.Shares)...), append(base.Shares, renumbered(base.Shares)...)
	}
	d := reconcile.DifferenceOf(base, head, noon)
	if len(d.Edits) != 1 || len(d.Edits[0].Shares) != len(head.Shares) || d.Edits[0].Gains != len(head.Shares) {
		t.Errorf("%d shares, %d edits", len(head.Shares), len(d.Edits))
	}
}

func renumbered(shares []reconcile.Declaration) []reconcile.Declaration {
	again := slices.Clone(shares)
	for i := range again {
		again[i].Share = fmt.Sprintf("%s-%d", again[i].Share, len(shares))
	}
	return again
}
