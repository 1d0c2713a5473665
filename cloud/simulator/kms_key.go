package simulator

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	"github.com/amisync/amisync/internal/lazy"
)

// States of a key. (KMS Developer Guide, Key states)
const (
	KeyEnabled         = "Enabled"
	KeyDisabled        = "Disabled"
	KeyPendingDeletion = "PendingDeletion"
)

const ebsAlias = "alias/aws/ebs"

// kmsARN holds the partition, region and account of a key's or an alias's ARN, and what
// it names. (AWS General Reference, ARNs of KMS)
var kmsARN = lazy.Regexp(`^arn:(aws|aws-cn|aws-us-gov):kms:([a-z0-9-]+):([0-9]{12}):((?:key|alias)/.+)$`)

// kmsKey is a key as DescribeKey knows it.
type kmsKey struct {
	Key
	managed bool // by AWS, for EBS
}

// managedKey is the ARN of the key that EBS uses where an account names none. Each
// account has one of its own in each region.
// (EBS User Guide, Amazon EBS encryption: https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html)
func (c *cloud) managedKey(l lane) string {
	hex := fmt.Sprintf("%x", sha256.Sum256([]byte(l.account+" "+l.region+" "+ebsAlias)))
	id := strings.Join([]string{hex[:8], hex[8:12], "4" + hex[12:15], "8" + hex[15:18], hex[18:30]}, "-") // a UUID, as KMS has
	return c.kmsARN(l, "key/"+id)
}

func (c *cloud) kmsARN(l lane, resource string) string {
	return "arn:" + c.partition + ":kms:" + l.region + ":" + l.account + ":" + resource
}

// snapshotKey is the ARN of the key that a volume of an image is encrypted under.
func (c *cloud) snapshotKey(i *image, d BlockDevice) string {
	if !d.Encrypted {
		return ""
	}
	return cmp.Or(d.KMSKeyID, c.managedKey(lane{i.Owner, i.Region}))
}

// key finds a key by its ARN: that of EBS, one of the cloud file, or one that an image
// names. The caller holds mu.
func (c *cloud) key(arn string) (kmsKey, bool) {
	m := kmsARN().FindStringSubmatch(arn)
	if m != nil && arn == c.managedKey(lane{m[3], m[2]}) {
		description := "Default key that protects my EBS volumes when no other key is defined"
		return kmsKey{Key{ARN: arn, State: KeyEnabled, Description: description}, true}, true
	}
	for _, k := range c.keys {
		if k.ARN == arn {
			k.State = cmp.Or(k.State, KeyEnabled)
			return kmsKey{k, false}, true
		}
	}
	if len(c.usersOfKey(arn)) > 0 {
		return kmsKey{Key{ARN: arn, State: KeyEnabled}, false}, true
	}
	return kmsKey{}, false
}

// usersOfKey are the owners of images that are encrypted under a key.
func (c *cloud) usersOfKey(arn string) map[string]bool {
	users := map[string]bool{}
	for _, i := range c.images {
		for _, d := range i.BlockDevices {
			if d.KMSKeyID == arn {
				users[i.Owner] = true
			}
		}
	}
	return users
}

// keyMetadata is what DescribeKey answers. Times are seconds since 1970.
// (KMS API Reference, KeyMetadata)
type keyMetadata struct {
	AWSAccountId, Arn, KeyId, Description string
	KeyManager, KeyState                  string
	Enabled, MultiRegion                  bool
	KeyUsage, KeySpec, Origin             string
	CustomerMasterKeySpec                 string // what KeySpec was called
	EncryptionAlgorithms                  []string
	CreationDate                          float64
	DeletionDate                          float64 `json:",omitempty"`
}

// keysCreated is when all keys were: the cloud file does not say.
var keysCreated = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// metadata describes a key. One that waits for its deletion waits for the longest time
// that KMS knows, 30 days from now. (KMS API Reference, ScheduleKeyDeletion)
func (k kmsKey) metadata(now time.Time) keyMetadata {
	_, id, _ := strings.Cut(k.ARN, ":key/")
	m := keyMetadata{
		AWSAccountId: accountOfARN(k.ARN), Arn: k.ARN, KeyId: id, Description: k.Description,
		KeyManager: "CUSTOMER", KeyState: k.State, Enabled: k.State == KeyEnabled,
		MultiRegion: strings.HasPrefix(id, "mrk-"), // (KMS Developer Guide, Multi-Region keys)
		KeyUsage:    "ENCRYPT_DECRYPT", KeySpec: "SYMMETRIC_DEFAULT", Origin: "AWS_KMS",
		CustomerMasterKeySpec: "SYMMETRIC_DEFAULT", EncryptionAlgorithms: []string{"SYMMETRIC_DEFAULT"},
		CreationDate: float64(keysCreated.Unix()),
	}
	if k.managed {
		m.KeyManager = "AWS"
	}
	if k.State == KeyPendingDeletion {
		m.DeletionDate = float64(now.AddDate(0, 0, 30).Unix())
	}
	return m
}
