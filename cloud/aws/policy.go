package aws

// Policy is an IAM policy document: of an identity, of a session, or the trust
// policy of a role.
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

// policyVersion is the version of the policy language.
const policyVersion = "2012-10-17"

// The actions that amisync calls in an owner account. None of those for reading
// knows resources smaller than all.
// Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
var (
	// readAlways are called in every run that looks at clouds.
	readAlways = []string{"ec2:DescribeImages", "ec2:DescribeImageAttribute"}
	// readEncrypted are called where an image that is to be shared is encrypted.
	readEncrypted = []string{"ec2:DescribeSnapshots", "kms:DescribeKey"}
	// readPublic are called where an image is to become public.
	readPublic = []string{"ec2:GetImageBlockPublicAccessState"}
	// write are called by apply alone.
	write = []string{"ec2:ModifyImageAttribute"}
)
