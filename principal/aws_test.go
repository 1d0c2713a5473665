package principal_test

import (
	"strings"
	"testing"

	"github.com/amisync/amisync/principal"
)

func TestIDsOfAWSPrincipals(t *testing.T) {
	const (
		account = principal.Account
		orgKind = principal.Organization
		ouKind  = principal.OrganizationalUnit
	)
	long := strings.Repeat("a", 32)
	for _, c := range []struct {
		name string
		kind principal.Kind
		id   string
		hint string // part of it; "ok" where the id is good
	}{
		{"account", account, "123456789012", "ok"},
		{"account with leading zeros", account, "000000000012", "ok"},
		{"account of eleven digits", account, "12345678901", "12 digits"},
		{"account of thirteen digits", account, "1234567890123", "12 digits"},
		{"account with a trailing newline", account, "123456789012\n", "12 digits"},
		{"account with a space", account, " 123456789012", "12 digits"},
		{"account in digits of another script", account, "١٢٣٤٥٦٧٨٩٠١٢", "12 digits"},
		{"account that an octal reader spoiled", account, "1.2345678901e+11", "12 digits"},
		{"no account", account, "", "12 digits"},
		{"account with dashes", account, "1234-5678-9012", `without dashes: "123456789012"`},
		{"account as an ARN", account, "arn:aws:organizations::111122223333:account/o-exampleorg1/123456789012", `alone: "123456789012"`},
		{"account as an ARN in China", account, "arn:aws-cn:organizations::111122223333:account/o-exampleorg1/123456789012", `alone: "123456789012"`},
		{"the word all", account, "all", "12 digits"},

		{"organization", orgKind, org, "ok"},
		{"organization in China", orgKind, "arn:aws-cn:organizations::123456789012:organization/o-exampleorg1", "ok"},
		{"organization in GovCloud", orgKind, "arn:aws-us-gov:organizations::123456789012:organization/o-exampleorg1", "ok"},
		{"organization with the longest id", orgKind, "arn:aws:organizations::123456789012:organization/o-" + long, "ok"},
		{"organization with too long an id", orgKind, "arn:aws:organizations::123456789012:organization/o-" + long + "a", "is written as"},
		{"organization with too short an id", orgKind, "arn:aws:organizations::123456789012:organization/o-123456789", "is written as"},
		{"organization in capitals", orgKind, "arn:aws:organizations::123456789012:organization/o-EXAMPLEORG1", "is written as"},
		{"organization with a region", orgKind, "arn:aws:organizations:us-east-1:123456789012:organization/o-exampleorg1", "is written as"},
		{"organization without its management account", orgKind, "arn:aws:organizations:::organization/o-exampleorg1", "is written as"},
		{"organization of another cloud", orgKind, "arn:acs:organizations::123456789012:organization/o-exampleorg1", "is written as"},
		{"bare organization id", orgKind, "o-exampleorg1", "not the bare id"},
		{"root as organization", orgKind, "arn:aws:organizations::123456789012:root/o-exampleorg1/r-ab12", "organization's root"},
		{"bare root id", orgKind, "r-ab12", "not the bare id"},
		{"OU as organization", orgKind, unit, "use organizationalUnit:"},
		{"account ARN as organization", orgKind, "arn:aws:organizations::111122223333:account/o-exampleorg1/123456789012", "use account:"},

		{"OU", ouKind, unit, "ok"},
		{"OU in China", ouKind, "arn:aws-cn:organizations::123456789012:ou/o-exampleorg1/ou-ab12-11111111", "ok"},
		{"OU in GovCloud", ouKind, "arn:aws-us-gov:organizations::123456789012:ou/o-exampleorg1/ou-ab12-11111111", "ok"},
		{"OU as a path", ouKind, "workloads/prod", "is written as"},
		{"OU as a path of ids", ouKind, "o-exampleorg1/r-ab12/ou-ab12-11111111/", "is written as"},
		{"bare OU id", ouKind, "ou-ab12-11111111", "not the bare id"},
		{"OU of an OU", ouKind, unit + "/ou-ab12-22222222", "is written as"},
		{"OU with a short last part", ouKind, "arn:aws:organizations::123456789012:ou/o-exampleorg1/ou-ab12-1111111", "is written as"},
		{"root as OU", ouKind, "arn:aws:organizations::123456789012:root/o-exampleorg1/r-ab12", "share with the organization instead"},
		{"root as OU in China", ouKind, "arn:aws-cn:organizations::123456789012:root/o-exampleorg1/r-ab12", "share with the organization instead"},
		{"organization as OU", ouKind, org, "use organization:"},
		{"account ARN as OU", ouKind, "arn:aws:organizations::111122223333:account/o-exampleorg1/123456789012", "use account:"},
		{"with a trailing newline", ouKind, unit + "\n", "is written as"},

		{"public", principal.Public, "", "ok"},
		{"a kind that nobody knows", "everybody", "", "use account, organization"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := principal.Principal{Kind: c.kind, ID: c.id}.Check(principal.AWS)
			if (c.hint == "ok") != (err == nil) {
				t.Fatalf("%q: %v", c.id, err)
			}
			if err == nil {
				return
			}
			if hint := hintOf(t, err); !strings.Contains(hint, c.hint) {
				t.Errorf("the hint %q does not say %q", hint, c.hint)
			}
			if c.kind != "everybody" && !strings.Contains(err.Error(), strings.TrimSpace(strings.Split(c.id, "\n")[0])) {
				t.Errorf("%q does not name %q", err, c.id)
			}
		})
	}
}

func TestAnotherProviderIsRefusedNotGuessed(t *testing.T) {
	if hint := hintOf(t, principal.Everyone.Check("azure")); !strings.Contains(hint, "aws") {
		t.Errorf("the hint is %q", hint)
	}
	hintOf(t, principal.CheckAccount("azure", "123456789012"))
	hintOf(t, principal.CheckImageID("azure", "ami-12345678"))
	hintOf(t, principal.CheckRegion("", "us-east-1"))
	_, err := principal.RoleAccount("azure", "arn:aws:iam::123456789012:role/x")
	hintOf(t, err)
	if err := principal.CheckAccount(principal.AWS, "123456789012"); err != nil {
		t.Error(err)
	}
}

func TestIDsOfImages(t *testing.T) {
	for id, good := range map[string]bool{
		"ami-12345678":           true,
		"ami-0123456789abcdef0":  true,
		"ami-0123456789abcde":    false,
		"ami-0123456789abcdef01": false,
		"ami-1234567":            false,
		"ami-1234567G":           false,
		"AMI-12345678":           false,
		"aki-12345678":           false,
		"ami-12345678\n":         false,
		"":                       false,
		"ami-*":                  false,
	} {
		if err := principal.CheckImageID(principal.AWS, id); (err == nil) != good {
			t.Errorf("%q: %v", id, err)
		}
	}
	if hint := hintOf(t, principal.CheckImageID(principal.AWS, "x")); !strings.Contains(hint, "8 or 17") {
		t.Errorf("the hint is %q", hint)
	}
}

func TestNamesOfRegions(t *testing.T) {
	for region, good := range map[string]bool{
		"us-east-1": true, "ap-southeast-7": true, "cn-north-1": true, "us-gov-west-1": true, "us-iso-east-1": true,
		"eusc-de-east-1": true, "mx-central-1": true, "ap-northeast-10": true,
		"us-east-1a": false, "us-east": false, "US-EAST-1": false, "us_east_1": false, "": false, "east-1": false, "us-east-1 ": false,
	} {
		if err := principal.CheckRegion(principal.AWS, region); (err == nil) != good {
			t.Errorf("%q: %v", region, err)
		}
	}
	if hint := hintOf(t, principal.CheckRegion(principal.AWS, "us-east-1a")); !strings.Contains(hint, "availability zone") {
		t.Errorf("the hint is %q", hint)
	}
}

func TestTheAccountOfARole(t *testing.T) {
	for role, want := range map[string]string{
		"arn:aws:iam::111122223333:role/amisync":              "111122223333",
		"arn:aws:iam::111122223333:role/ci/images/amisync":    "111122223333",
		"arn:aws-cn:iam::111122223333:role/amisync":           "111122223333",
		"arn:aws-us-gov:iam::111122223333:role/amisync":       "111122223333",
		"arn:aws:iam::111122223333:user/amisync":              "",
		"arn:aws:iam::111122223333:role/":                     "",
		"arn:aws:sts::111122223333:assumed-role/amisync/x":    "",
		"arn:aws:iam::11112222333:role/amisync":               "",
		"arn:aws:iam::111122223333:role/ami sync":             "",
		"arn:acs:ram::111122223333:role/amisync":              "",
		"amisync":                                             "",
		" arn:aws:iam::111122223333:role/amisync":             "",
		"arn:aws:iam::111122223333:role/amisync\n":            "",
		"arn:aws:iam::111122223333:role/ämisync":              "",
		"arn:aws:iam::111122223333:role/amisync@example=+,.-": "111122223333",
	} {
		got, err := principal.RoleAccount(principal.AWS, role)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v; want %q", role, got, err, want)
		}
		if err != nil && !strings.Contains(hintOf(t, err), "arn:aws:iam::<account>:role/<name>") {
			t.Errorf("the hint is %q", hintOf(t, err))
		}
	}
}

func TestThePartitionOfAnARN(t *testing.T) {
	for arn, want := range map[string]string{
		org: "aws",
		"arn:aws-cn:organizations::123456789012:organization/o-exampleorg1": "aws-cn",
		"arn:aws-us-gov:iam::111122223333:role/amisync":                     "aws-us-gov",
		"123456789012": "", "": "", "arn:aws": "", "o-exampleorg1": "", "x:aws:y": "",
	} {
		if got := principal.Partition(arn); got != want {
			t.Errorf("%q is in %q, want %q", arn, got, want)
		}
	}
}

func TestThePartitionOfARegion(t *testing.T) {
	for region, want := range map[string]string{
		"us-east-1": "aws", "eu-west-1": "aws", "il-central-1": "aws",
		"cn-north-1": "aws-cn", "cn-northwest-1": "aws-cn",
		"us-gov-west-1": "aws-us-gov", "us-gov-east-1": "aws-us-gov",
		"us-iso-east-1": "aws-iso", "us-isob-east-1": "aws-iso-b", "us-isof-south-1": "aws-iso-f", "eu-isoe-west-1": "aws-iso-e",
		"eusc-de-east-1": "aws-eusc",
	} {
		if got := principal.RegionPartition(principal.AWS, region); got != want {
			t.Errorf("%q is in %q, want %q", region, got, want)
		}
	}
	if got := principal.RegionPartition("alibaba", "cn-hangzhou"); got != "alibaba" {
		t.Errorf("a provider without partitions is its own, got %q", got)
	}
}
