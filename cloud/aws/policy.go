package aws

import (
	"slices"

	"github.com/amisync/amisync/principal"
	"github.com/amisync/amisync/reconcile"
)

// Policy is an IAM policy document: of an identity, of a session, or the trust
// policy of a role. Its JSON is what AWS takes.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
type Policy struct {
	Version   string
	Statement []Statement
}

// Statement is one statement of a Policy.
type Statement struct {
	Sid       string `json:",omitempty"`
	Effect    string
	Principal map[string]string `json:",omitempty"` // of trust policies only
	Action    []string
	Resource  []string                     `json:",omitempty"` // absent in trust policies
	Condition map[string]map[string]string `json:",omitempty"`
}

// The actions that amisync calls in an owner account. Of those of EC2 for reading,
// none is limited to resources here: most know none smaller than all.
// Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
var (
	// readAlways are called in every run that looks at clouds.
	readAlways = []string{"ec2:DescribeImages", "ec2:DescribeImageAttribute"}
	// readEncrypted and readKeys are called where an image that is to be shared is
	// encrypted.
	readEncrypted = []string{"ec2:DescribeSnapshots"}
	readKeys      = []string{"kms:DescribeKey"}
	// readPublic are called where an image is to become public.
	readPublic = []string{"ec2:GetImageBlockPublicAccessState"}
	// write are called by apply alone.
	write = []string{"ec2:ModifyImageAttribute"}
)

// ReadPermissions is the least that the owner's role has to be allowed for every
// command that only looks; publish says whether images may become public. Keys
// may belong to other accounts, so only their region is held to.
func ReadPermissions(owner reconcile.Owner, publish bool) Policy {
	read := slices.Concat(readAlways, readEncrypted)
	if publish {
		read = append(read, readPublic...)
	}
	return policyOf(allow("Read", read, "*"), allow("ReadKeys", readKeys, inRegions(owner.Regions, "kms:", ":*:key/*")...))
}

// Permissions is the least that the owner's role has to be allowed for all
// commands.
func Permissions(owner reconcile.Owner, publish bool) Policy {
	p := ReadPermissions(owner, publish)
	p.Statement = append(p.Statement, allow("Share", write, inRegions(owner.Regions, "ec2:", "::image/*")...))
	return p
}

// EnterPermissions is what whoever runs amisync has to be allowed in order to
// assume the roles; nameActor says whether sessions carry a source identity.
func EnterPermissions(roles []string, nameActor bool) Policy {
	return policyOf(allow("Enter", enter(nameActor), slices.Compact(slices.Sorted(slices.Values(roles)))...))
}

// RoleTrust is the trust policy of a role that the caller assumes with the
// external id; empty means none. The source identity has a statement of its own:
// whether the external id is known where that is decided is not documented.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html
func RoleTrust(callerARN, externalID string, nameActor bool) Policy {
	caller := map[string]string{"AWS": callerARN}
	assume := Statement{Sid: "Enter", Effect: "Allow", Principal: caller, Action: enter(false)}
	if externalID != "" {
		assume.Condition = map[string]map[string]string{"StringEquals": {"sts:ExternalId": externalID}}
	}
	if !nameActor {
		return policyOf(assume)
	}
	return policyOf(assume, Statement{Sid: "NameActor", Effect: "Allow", Principal: caller, Action: []string{setSourceIdentity}})
}

// GitHubTrust is the trust policy of a role that workflows of GitHub Actions
// assume, those whose token has exactly the subject, such as
// repo:ORG/REPO:environment:NAME. In aws-cn the token is for an audience of its own,
// which a workflow has to ask for.
// Sources: https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws,
// https://github.com/aws-actions/configure-aws-credentials
func GitHubTrust(partition, account, subject string) Policy {
	const issuer = "token.actions.githubusercontent.com"
	audience := "sts.amazonaws.com"
	if partition == "aws-cn" {
		audience = "sts.amazonaws.com.cn"
	}
	return policyOf(Statement{Sid: "GitHub", Effect: "Allow", Action: []string{"sts:AssumeRoleWithWebIdentity"},
		Principal: map[string]string{"Federated": "arn:" + partition + ":iam::" + account + ":oidc-provider/" + issuer},
		Condition: map[string]map[string]string{"StringEquals": {issuer + ":aud": audience, issuer + ":sub": subject}}})
}

const setSourceIdentity = "sts:SetSourceIdentity"

// enter are the calls that it takes to assume a role.
func enter(nameActor bool) []string {
	if nameActor {
		return []string{"sts:AssumeRole", setSourceIdentity}
	}
	return []string{"sts:AssumeRole"}
}

func policyOf(statements ...Statement) Policy {
	return Policy{Version: "2012-10-17", Statement: statements}
}

func allow(sid string, actions []string, resources ...string) Statement {
	return Statement{Sid: sid, Effect: "Allow", Action: actions, Resource: resources}
}

// inRegions returns an ARN for each region, sorted.
func inRegions(regions []string, service, rest string) []string {
	var arns []string
	for _, region := range regions {
		arns = append(arns, "arn:"+principal.RegionPartition(principal.AWS, region)+":"+service+region+rest)
	}
	return slices.Compact(slices.Sorted(slices.Values(arns)))
}
