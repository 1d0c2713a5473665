package simulator

import (
	"time"

	"github.com/amisync/amisync/internal/strictyaml"
	"gopkg.in/yaml.v3"
)

// States of an image. (EC2 API Reference, Image.imageState)
const (
	StatePending      = "pending"
	StateAvailable    = "available"
	StateInvalid      = "invalid"
	StateDeregistered = "deregistered"
	StateTransient    = "transient"
	StateFailed       = "failed"
	StateError        = "error"
	StateDisabled     = "disabled"
)

// Image is one AMI as the cloud file gives it. Id, name, owner, region and creation
// date are required.
type Image struct {
	Pos    strictyaml.Pos `yaml:"-" json:"-"`
	ID     string         `yaml:"id" jsonschema:"pattern=^ami-([0-9a-f]{8}|[0-9a-f]{17})$"`
	Name   string         `yaml:"name" jsonschema:"minLength=3,maxLength=128"`
	Owner  string         `yaml:"owner" jsonschema:"pattern=^[0-9]{12}$"`
	Region string         `yaml:"region"`
	// State is "available" when empty.
	State             string            `yaml:"state,omitempty" jsonschema:"enum=pending,enum=available,enum=invalid,enum=deregistered,enum=transient,enum=failed,enum=error,enum=disabled"`
	StateReason       *StateReason      `yaml:"stateReason,omitempty"`
	CreationDate      Time              `yaml:"creationDate"`
	DeprecationTime   Time              `yaml:"deprecationTime,omitempty"`
	Description       string            `yaml:"description,omitempty"`
	Architecture      string            `yaml:"architecture,omitempty" jsonschema:"enum=i386,enum=x86_64,enum=arm64,enum=x86_64_mac,enum=arm64_mac"`
	Tags              map[string]string `yaml:"tags,omitempty"`
	LaunchPermissions Sharing           `yaml:"launchPermissions,omitempty"`
	// ProductCodes are those of AWS Marketplace; an image with one cannot be public.
	ProductCodes []string `yaml:"productCodes,omitempty"`
	// Watermarks are "account:name"; an image with one cannot be public.
	Watermarks []string `yaml:"watermarks,omitempty" jsonschema:"pattern=^[0-9]{12}:.{3\\,128}$"`
	// BlockDevices default to one unencrypted root volume of 8 GiB.
	BlockDevices      []BlockDevice `yaml:"blockDevices,omitempty"`
	SourceImageID     string        `yaml:"sourceImageId,omitempty" jsonschema:"pattern=^ami-([0-9a-f]{8}|[0-9a-f]{17})$"`
	SourceImageRegion string        `yaml:"sourceImageRegion,omitempty"`
}

// ImageDefaults hold for every image that does not say otherwise. Empty fields mean
// x86_64, and Linux.
type ImageDefaults struct {
	Architecture    string `yaml:"architecture,omitempty" jsonschema:"enum=i386,enum=x86_64,enum=arm64,enum=x86_64_mac,enum=arm64_mac"`
	PlatformDetails string `yaml:"platformDetails,omitempty"`
}

// StateReason says why an image failed.
type StateReason struct {
	Code    string `yaml:"code"`
	Message string `yaml:"message"`
}

// Sharing is an image's launch permissions in a cloud file. The zero value is private.
type Sharing struct {
	Public   bool     `yaml:"public,omitempty"`
	Accounts []string `yaml:"accounts,omitempty" jsonschema:"pattern=^[0-9]{12}$"`
	// Organizations and OrganizationalUnits hold ids that the file defines, or ARNs.
	Organizations       []string `yaml:"organizations,omitempty" jsonschema:"pattern=^(o-|arn:).+$"`
	OrganizationalUnits []string `yaml:"organizationalUnits,omitempty" jsonschema:"pattern=^(ou-|arn:).+$"`
}

// BlockDevice is one volume of an image.
type BlockDevice struct {
	Pos        strictyaml.Pos `yaml:"-" json:"-"`
	DeviceName string         `yaml:"deviceName,omitempty"` // empty: /dev/xvda
	SnapshotID string         `yaml:"snapshotId" jsonschema:"pattern=^snap-([0-9a-f]{8}|[0-9a-f]{17})$"`
	VolumeSize int            `yaml:"volumeSize,omitempty" jsonschema:"minimum=1"` // GiB; zero: 8
	Encrypted  bool           `yaml:"encrypted,omitempty"`
	// KMSKeyID is the ARN of a customer managed key of the image's region. An encrypted
	// volume without one is under the AWS managed key, and its image cannot be shared.
	KMSKeyID string `yaml:"kmsKeyId,omitempty" jsonschema:"pattern=^arn:aws(-cn|-us-gov)?:kms:[a-z0-9-]+:[0-9]{12}:key/.+$"`
}

// Time is a moment in a cloud file, written as in RFC 3339, quoted or not. The zero
// value is no moment.
type Time struct{ time.Time }

// DecodeYAML implements strictyaml.Unmarshaler.
func (t *Time) DecodeYAML(node *yaml.Node) error {
	parsed, err := time.Parse(time.RFC3339, node.Value)
	if err != nil {
		return strictyaml.Problem{
			Message: node.Value + " is not a time",
			Hint:    "write it as 2026-11-01T06:00:00Z",
		}
	}
	t.Time = parsed.UTC()
	return nil
}
