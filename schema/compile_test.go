package schema

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

func load(t *testing.T, text string) *Estate {
	t.Helper()
	estate, err := loadText([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return estate
}

func TestImportMayReadAnEstateWithoutShares(t *testing.T) {
	estate := load(t, minimal)
	if _, err := estate.Compile(Options{}); err == nil || !strings.Contains(err.Error(), "there is no ImageShare") {
		t.Error(err)
	}
	declarations, err := estate.CompileOwners(Options{})
	if err != nil || len(declarations.Owners) != 1 {
		t.Error(declarations, err)
	}
}

func TestExternalIDsAreReadOnlyWhenCompiledWithAnEnvironment(t *testing.T) {
	estate := load(t, strings.Replace(minimal, "regions:", "role: arn:aws:iam::111122223333:role/a, externalIdEnv: ID, regions:", 1))
	for _, test := range []struct {
		env       func(string) (string, bool)
		want, err string
	}{
		{nil, "", ""},
		{func(string) (string, bool) { return "acme", true }, "acme", ""},
		{func(string) (string, bool) { return "", false }, "", "the environment variable ID is not set"},
		{func(string) (string, bool) { return "", true }, "", "the environment variable ID is not set"},
		{func(string) (string, bool) { return "hush hush", true }, "", "the external id cannot be one"},
	} {
		declarations, err := estate.CompileOwners(Options{Env: test.env})
		switch {
		case test.err != "":
			if err == nil || !strings.Contains(err.Error(), test.err) || strings.Contains(err.Error(), "hush") {
				t.Errorf("%v, want %s", err, test.err)
			}
		case err != nil || declarations.Owners[0].ExternalID != test.want:
			t.Errorf("%v, %v", declarations, err)
		}
	}
}

func TestNoImageIsSharedWithMoreThanTheQuota(t *testing.T) {
	manifest := func(accounts int, quotas string) string {
		var text strings.Builder
		text.WriteString(strings.Replace(minimal, "regions:", quotas+"regions:", 1) + "---\napiVersion: amisync/v1\nkind: ImageShare\nmetadata: {name: a}\nspec:\n  owner: factory\n" +
			"  images: {name: a}\n  launchPermissions:\n    - public: true\n")
		for i := range accounts {
			fmt.Fprintf(&text, "    - account: \"%012d\"\n", i)
		}
		return text.String()
	}
	for _, test := range []struct {
		accounts int
		quotas   string
		most     int // zero where they fit
	}{
		{1000, "", 0},
		{1001, "", 1000},
		{1001, "quotas: {publicImages: 20}, ", 1000},
		{1001, "quotas: {sharingEntities: 1200}, ", 0},
		{1201, "quotas: {sharingEntities: 1200}, ", 1200},
		{4, "quotas: {sharingEntities: 3}, ", 3},
	} {
		_, err := load(t, manifest(test.accounts, test.quotas)).Compile(Options{})
		want := fmt.Sprintf(`f.yaml:13:5: %d principals are more than the %d that an image can be shared with
  hint: share with an organizational unit or an organization, which count as one; if AWS has raised the quota, write it to quotas.sharingEntities of the OwnerAccount`, test.accounts, test.most)
		if test.most == 0 && err != nil || test.most > 0 && (err == nil || err.Error() != want) {
			t.Errorf("%d accounts, %q: %v", test.accounts, test.quotas, err)
		}
	}
}

func TestGroupsThatNestTooDeepAreRefused(t *testing.T) {
	text := minimal + "---\napiVersion: amisync/v1\nkind: Directory\nmetadata: {name: a}\nspec:\n  groups:\n    g0: [{account: \"000000000001\"}]\n"
	for i := range 30 {
		text += fmt.Sprintf("    g%d: [{group: g%d}]\n", i+1, i)
	}
	if _, err := load(t, text).CompileOwners(Options{}); err == nil || err.Error() != "f.yaml:32:5: group \"g21\" has more than 20 levels of groups in it\n  hint: list the members themselves" {
		t.Error(err)
	}
}

const directory = `apiVersion: amisync/v1
kind: Directory
metadata: {name: acme}
spec:
  accounts: {payments: "210987654321", acme: "310987654321"}
  organizations: {acme: "arn:aws:organizations::123456789012:organization/o-exampleorg1"}
  organizationalUnits: {workloads: "arn:aws:organizations::123456789012:ou/o-exampleorg1/ou-ab12-11111111"}
  groups: {team: [{account: payments}, {organization: acme}]}
`

func TestResolve(t *testing.T) {
	estate := load(t, directory)
	payments := principal.Principal{Kind: principal.Account, ID: "210987654321"}
	acme := principal.Principal{Kind: principal.Organization, ID: "arn:aws:organizations::123456789012:organization/o-exampleorg1"}
	workloads := principal.Principal{Kind: principal.OrganizationalUnit, ID: "arn:aws:organizations::123456789012:ou/o-exampleorg1/ou-ab12-11111111"}
	for reference, want := range map[string][]principal.Principal{
		"payments":           {payments},
		"account:payments":   {payments},
		"210987654321":       {payments},
		"workloads":          {workloads},
		workloads.ID:         {workloads},
		"organization:acme":  {acme},
		"team":               {acme, payments},
		"public":             {principal.Everyone},
		"account:acme":       {{Kind: principal.Account, ID: "310987654321"}},
		"999999999999":       {{Kind: principal.Account, ID: "999999999999"}},
		"account:paymentz":   nil,
		"group:payments":     nil,
		"acme":               nil,
		"nobody at all here": nil,
	} {
		got, err := estate.Resolve(reference)
		if fmt.Sprint(got) != fmt.Sprint(want) || (err == nil) != (want != nil) {
			t.Errorf("%s: %v, %v", reference, got, err)
		}
	}
}

func TestResolveSaysHowToGoOn(t *testing.T) {
	estate := load(t, directory)
	for reference, want := range map[string]string{
		"paymets": "unknown principal \"paymets\"\n  hint: did you mean \"payments\"?",
		"acme":    "\"acme\" is the name of several principals\n  hint: write account:acme or organization:acme",
		"x9":      "unknown principal \"x9\"\n  hint: write a name from a Directory, an account id, an ARN, or public",
	} {
		if _, err := estate.Resolve(reference); err == nil || err.Error() != want {
			t.Errorf("%s: %v", reference, err)
		}
	}
}

func TestMarshalWritesWhatPeopleWrite(t *testing.T) {
	text, err := Marshal(
		OwnerAccount{Header: NewHeader(KindOwnerAccount, "factory"), Spec: OwnerAccountSpec{ID: "111122223333", Regions: []string{"us-east-1"}}},
		ImageShare{Header: NewHeader(KindImageShare, "base"), Spec: ImageShareSpec{
			Owner:  "factory",
			Images: Images{IDs: []ImageID{{Region: "us-east-1", ID: "ami-1a2b3c4d"}}},
			LaunchPermissions: []LaunchPermission{
				{PrincipalRef: PrincipalRef{Account: "210987654321"}, Until: "2027-01-31", Reason: "yes"},
				{Public: true},
			},
		}},
		ImageShare{Header: NewHeader(KindImageShare, "private"), Spec: ImageShareSpec{Owner: "factory", Images: Images{Name: "private-*"}}},
	)
	if want := `apiVersion: amisync/v1
kind: OwnerAccount
metadata:
  name: factory
spec:
  id: "111122223333"
  regions:
    - us-east-1
---
apiVersion: amisync/v1
kind: ImageShare
metadata:
  name: base
spec:
  owner: factory
  images:
    ids:
      - region: us-east-1
        id: ami-1a2b3c4d
  launchPermissions:
    - account: "210987654321"
      until: 2027-01-31
      reason: "yes"
    - public: true
---
apiVersion: amisync/v1
kind: ImageShare
metadata:
  name: private
spec:
  owner: factory
  images:
    name: private-*
  launchPermissions: []
`; err != nil || string(text) != want {
		t.Errorf("%v\n%s", err, text)
	}
	if _, err := load(t, string(text)).Compile(Options{}); err != nil {
		t.Error(err)
	}
}

func TestAnEmptyAllowListIsNobodyAndNoneIsEverybody(t *testing.T) {
	for list, want := range map[string]bool{"": true, "allow: []": false, `allow: [{account: "210987654321"}]`: false, `allow: [{account: "310987654321"}]`: true} {
		estate := policyEstate(t, list)
		declarations, err := estate.CompileOwners(Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := declarations.Policy.Allows(principal.Principal{Kind: principal.Account, ID: "310987654321"}); got != want {
			t.Errorf("%q: %t", list, got)
		}
		if text, err := Marshal(estate.documents()...); err != nil || strings.Contains(string(text), "allow: []") != (list == "allow: []") {
			t.Errorf("%q is written as\n%s, %v", list, text, err)
		}
	}
}

func TestRulesWithoutACompilerAreAnErrorAndNeverLeftOut(t *testing.T) {
	estate := policyEstate(t, `rules: [{name: a, when: "true", message: none}]`)
	for _, compile := range []func(Options) (*reconcile.Declarations, error){estate.Compile, estate.CompileOwners} {
		if d, err := compile(Options{}); err == nil || d != nil || !strings.Contains(err.Error(), "policy.yaml:4:32: there is nothing that can read the condition") {
			t.Errorf("%v, %v", d, err)
		}
	}
	if d, err := estate.CompileOwners(Options{Rules: questions}); err != nil || len(d.Policy.Rules) != 1 || d.Policy.Rules[0].Violated == nil {
		t.Errorf("%v, %v", d, err)
	}
}

func TestOnlyAHundredRulesAreEvaluated(t *testing.T) {
	list := func(n int) string {
		var text strings.Builder
		for i := range n {
			fmt.Fprintf(&text, `{name: r%d, when: "true", message: none}, `, i)
		}
		return "rules: [" + text.String() + "]"
	}
	if d, err := policyEstate(t, list(100)).CompileOwners(Options{Rules: questions}); err != nil || len(d.Policy.Rules) != 100 {
		t.Error(err)
	}
	if _, err := policyEstate(t, list(101)).CompileOwners(Options{Rules: questions}); err == nil || !strings.Contains(err.Error(), "101 rules are more than the 100 that are evaluated") {
		t.Error(err)
	}
}

// What no policy can lower or except has another way, which messages name.
func TestEveryFixedCodeNamesTheOtherWay(t *testing.T) {
	for _, code := range reconcile.Codes() {
		if (insteadOf[code.Code] != "") != code.Fixed {
			t.Errorf("%s is fixed: %t, and the hint is %q", code.Code, code.Fixed, insteadOf[code.Code])
		}
	}
	for _, code := range slices.Concat(imageless, shareless) {
		if _, known := reconcile.CodeOf(code); !known {
			t.Error(code)
		}
	}
}

func policyEstate(t *testing.T, key string) *Estate {
	t.Helper()
	estate, err := Load(fstest.MapFS{
		"owner.yaml":  {Data: []byte(minimal)},
		"policy.yaml": {Data: []byte("apiVersion: amisync/v1\nkind: Policy\nmetadata: {name: guardrails}\nspec: {" + key + "}\n")},
	}, "")
	if err != nil {
		t.Fatal(err)
	}
	return estate
}
