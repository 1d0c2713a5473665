package simulator

import (
	"strings"

	"github.com/amisync/amisync/internal/strictyaml"
)

func (c *checker) key(k Key) {
	at := k.Pos.Field("arn")
	if region := c.keyARN(at, k.ARN); region != "" {
		c.knownRegion(at, region)
	}
	c.once(at, "key", k.ARN)
	c.oneOf(k.Pos, "state", k.State, KeyEnabled, KeyDisabled, KeyPendingDeletion)
}

// keyARN checks the ARN of a key, and returns its region; "" if it is none of this cloud.
func (c *checker) keyARN(at strictyaml.Position, arn string) string {
	m := kmsARN().FindStringSubmatch(arn)
	switch {
	case m == nil || !strings.HasPrefix(m[4], "key/"):
		c.report(at, "such an ARN looks like arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
			"%q is not the ARN of a key", arn)
	case m[1] != c.file.partition():
		c.report(at, "", "the key is in the partition %s, the cloud is %s", m[1], c.file.partition())
	default:
		return m[2]
	}
	return ""
}
