package principal

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/amisync/amisync/internal/lazy"
)

// The shapes of AWS ids.
// Sources: https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html,
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_OrganizationalUnit.html.
// The Organizations reference writes the partition "aws" into its patterns; the
// service authorization reference has ${Partition}, which is followed here.
var (
	awsAccount      = lazy.Regexp(`^[0-9]{12}$`)
	awsImage        = lazy.Regexp(`^ami-[0-9a-f]{8}(?:[0-9a-f]{9})?$`)
	awsRegion       = lazy.Regexp(`^[a-z]{2,}(?:-[a-z]+)+-[0-9]+$`)
	awsRole         = lazy.Regexp(`^arn:(aws[a-z-]*):iam::([0-9]{12}):role/[\x21-\x7e]+$`)
	awsOrganization = lazy.Regexp(`^arn:(aws[a-z-]*):organizations::[0-9]{12}:organization/o-[a-z0-9]{10,32}$`)
	awsOU           = lazy.Regexp(`^arn:(aws[a-z-]*):organizations::[0-9]{12}:ou/o-[a-z0-9]{10,32}/ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}$`)
	awsRoot         = lazy.Regexp(`^arn:aws[a-z-]*:organizations::[0-9]{12}:root/`)
	awsOrgAccount   = lazy.Regexp(`^arn:aws[a-z-]*:organizations::[0-9]{12}:account/o-[a-z0-9]{10,32}/([0-9]{12})$`)
	bareOrgOrOU     = lazy.Regexp(`^(?:o|ou|r)-[0-9a-z-]+$`)
)

// ShapeError says that an id does not have the provider's form. Hint says what
// would.
type ShapeError struct{ Message, Hint string }

// Error implements error; the hint is left out.
func (e *ShapeError) Error() string { return e.Message }

// Check reports whether the principal's id has the provider's form. The error
// is a *ShapeError.
func (p Principal) Check(provider Provider) error {
	if provider != AWS {
		return &ShapeError{Message: fmt.Sprintf("provider %q is not supported", provider), Hint: `the supported provider is "aws"`}
	}
	switch p.Kind {
	case Public:
		return nil
	case Account:
		return checkAccount(p.ID)
	case Organization:
		return checkARN(p.ID, "organization", awsOrganization(), "arn:aws:organizations::<management account>:organization/o-…")
	case OrganizationalUnit:
		return checkARN(p.ID, "organizational unit", awsOU(), "arn:aws:organizations::<management account>:ou/o-…/ou-…")
	}
	return &ShapeError{Message: fmt.Sprintf("unknown principal kind %q", p.Kind), Hint: "use account, organization, organizationalUnit or public"}
}

// CheckAccount reports whether id has the form of the provider's account ids.
// The error is a *ShapeError.
func CheckAccount(provider Provider, id string) error {
	return Principal{Kind: Account, ID: id}.Check(provider)
}

func checkAccount(id string) error {
	if awsAccount().MatchString(id) {
		return nil
	}
	e := &ShapeError{Message: fmt.Sprintf("%q is not an AWS account id", id), Hint: "an account id has 12 digits"}
	if m := awsOrgAccount().FindStringSubmatch(id); m != nil {
		e.Hint = fmt.Sprintf("write the account id alone: %q", m[1])
	} else if plain := strings.ReplaceAll(id, "-", ""); awsAccount().MatchString(plain) {
		e.Hint = fmt.Sprintf("write it without dashes: %q", plain)
	}
	return e
}

func checkARN(arn, noun string, shape *regexp.Regexp, example string) error {
	if shape.MatchString(arn) {
		return nil
	}
	e := &ShapeError{Message: fmt.Sprintf("%q is not the ARN of an AWS %s", arn, noun), Hint: "an " + noun + " is written as " + example}
	switch {
	case awsRoot().MatchString(arn):
		e.Hint = "images cannot be shared with an organization's root; share with the organization instead: " +
			"arn:aws:organizations::<management account>:organization/o-…"
	case awsOrgAccount().MatchString(arn):
		e.Hint = "this is the ARN of an account; use account: with its 12 digits"
	case awsOrganization().MatchString(arn):
		e.Hint = "this is the ARN of an organization; use organization:"
	case awsOU().MatchString(arn):
		e.Hint = "this is the ARN of an organizational unit; use organizationalUnit:"
	case bareOrgOrOU().MatchString(arn):
		e.Hint = "EC2 takes the whole ARN, not the bare id: " + example
	}
	return e
}

// CheckImageID reports whether id has the form of the provider's image ids.
// The error is a *ShapeError.
func CheckImageID(provider Provider, id string) error {
	if provider == AWS && awsImage().MatchString(id) {
		return nil
	}
	return &ShapeError{Message: fmt.Sprintf("%q is not an AWS image id", id), Hint: "an image id is ami- followed by 8 or 17 hexadecimal digits"}
}

// CheckRegion reports whether the name has the form of a region's. Whether the
// region exists is for the cloud to say: new ones appear every year.
func CheckRegion(provider Provider, region string) error {
	if provider == AWS && awsRegion().MatchString(region) {
		return nil
	}
	return &ShapeError{Message: fmt.Sprintf("%q is not the name of an AWS region", region), Hint: "a region is written as us-east-1 (an availability zone such as us-east-1a is not a region)"}
}

// RoleAccount returns the account in a role's ARN. The error is a *ShapeError.
func RoleAccount(provider Provider, role string) (string, error) {
	if m := awsRole().FindStringSubmatch(role); provider == AWS && m != nil {
		return m[2], nil
	}
	return "", &ShapeError{Message: fmt.Sprintf("%q is not the ARN of a role", role), Hint: "a role is written as arn:aws:iam::<account>:role/<name>"}
}

// Partition returns the partition that an ARN belongs to, or "" where the
// string is not an ARN (an account id is the same in every partition).
func Partition(arn string) string {
	parts := strings.SplitN(arn, ":", 3)
	if len(parts) < 3 || parts[0] != "arn" {
		return ""
	}
	return parts[1]
}

// organizationOf returns what the ARNs of an organization and of the OUs in it
// have in common; "" for anything else.
func organizationOf(arn string) string {
	if !awsOrganization().MatchString(arn) && !awsOU().MatchString(arn) {
		return ""
	}
	colon := strings.LastIndex(arn, ":")
	return arn[:colon] + "/" + strings.Split(arn[colon:], "/")[1]
}

// RegionPartition returns the partition that a region belongs to.
// Source: https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
func RegionPartition(provider Provider, region string) string {
	switch {
	case provider != AWS:
		return string(provider)
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	case strings.HasPrefix(region, "us-isob-"):
		return "aws-iso-b"
	case strings.HasPrefix(region, "us-isof-"), strings.HasPrefix(region, "eu-isoe-"):
		return "aws-iso-" + region[6:7]
	case strings.HasPrefix(region, "us-iso-"):
		return "aws-iso"
	case strings.HasPrefix(region, "eusc-"):
		return "aws-eusc"
	}
	return "aws"
}
