package simulator

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/amisync/amisync/internal/lazy"
	"github.com/amisync/amisync/internal/strictyaml"
)

var (
	watermarkForm = lazy.Regexp(`^[0-9]{12}:.{3,128}$`)
)

var imageStateNames = []string{
	StatePending, StateAvailable, StateInvalid, StateDeregistered,
	StateTransient, StateFailed, StateError, StateDisabled,
}

var architectures = []string{"i386", "x86_64", "arm64", "x86_64_mac", "arm64_mac"}

func (c *checker) image(i Image) {
	c.form(i.Pos.Field("id"), imageIDForm(), i.ID, "an image id", "an image id is ami- and 8 or 17 hexadecimal digits")
	c.once(i.Pos.Field("id"), "image", i.ID)
	if n := utf8.RuneCountInString(i.Name); n < 3 || n > 128 {
		c.report(i.Pos.Field("name"), "", "the name of %s must have 3 to 128 characters", i.ID)
	}
	if i.State != StateDeregistered { // a name is free again after that
		c.once(i.Pos.Field("name"), "image name", strings.Join([]string{i.Owner, i.Region, i.Name}, " "))
	}
	c.knownAccount(i.Pos.Field("owner"), i.Owner)
	c.knownRegion(i.Pos.Field("region"), i.Region)
	c.oneOf(i.Pos, "state", i.State, imageStateNames...)
	c.oneOf(i.Pos, "architecture", i.Architecture, architectures...)
	if i.CreationDate.IsZero() && !i.Pos.Has("creationDate") {
		c.report(i.Pos.Field("creationDate"), "creationDate: 2026-11-01T06:00:00Z", "the image %s has no creationDate", i.ID)
	}
	for n, w := range i.Watermarks {
		c.form(i.Pos.Field("watermarks", n), watermarkForm(), w, "a watermark", `a watermark is the account and a name: "111122223333:golden"`)
	}
	c.optional(i.Pos, "sourceImageId", imageIDForm(), i.SourceImageID, "an image id", "")
	for _, d := range i.BlockDevices {
		c.device(i, d)
	}
	for _, d := range i.devices() {
		c.snapshot(i, d)
	}
	c.sharing(i)
}

func (c *checker) device(i Image, d BlockDevice) {
	c.form(d.Pos.Field("snapshotId"), snapshotForm(), d.SnapshotID, "a snapshot id", "a snapshot id is snap- and 8 or 17 hexadecimal digits")
	c.within(d.Pos, "volumeSize", d.VolumeSize, 1, math.MaxInt)
	if d.KMSKeyID == "" && !d.Pos.Has("kmsKeyId") {
		return
	}
	at := d.Pos.Field("kmsKeyId")
	if region := c.keyARN(at, d.KMSKeyID); region != "" && region != i.Region {
		c.report(at, "a snapshot is encrypted under a key of its own region", "the key is in %s, the image in %s", region, i.Region)
	}
	if !d.Encrypted {
		c.report(at, "add encrypted: true", "a volume with a key is encrypted")
	}
}

// snapshot reports a snapshot that two images describe differently.
func (c *checker) snapshot(i Image, d BlockDevice) {
	is := fmt.Sprint(i.Owner, i.Region, d.size(), d.Encrypted, d.KMSKeyID)
	if was, ok := c.snapshots[d.SnapshotID]; ok && was != is {
		c.report(i.Pos.Field("blockDevices"), "give each its own, or the same owner, region, size and encryption",
			"the snapshot %s is another one elsewhere", d.SnapshotID)
	}
	c.snapshots[d.SnapshotID] = is
}

// sharing checks an image's launch permissions, and that its state allows them.
func (c *checker) sharing(i Image) {
	s := i.LaunchPermissions
	for n, id := range s.Accounts {
		at := i.Pos.Field("launchPermissions", "accounts", n)
		c.accountID(at, id)
		if id == i.Owner {
			c.report(at, "remove it", "the owner %s is never listed", id)
		}
	}
	for n, o := range s.Organizations {
		c.node(i.Pos.Field("launchPermissions", "organizations", n), o, organizationForm(), "organization")
	}
	for n, u := range s.OrganizationalUnits {
		c.node(i.Pos.Field("launchPermissions", "organizationalUnits", n), u, unitForm(), "organizational unit")
	}
	shared := s.Public || len(s.Accounts)+len(s.Organizations)+len(s.OrganizationalUnits) > 0
	if shared && slices.Contains([]string{StatePending, StateFailed, StateDisabled, StateDeregistered}, i.State) {
		c.report(i.Pos.Field("launchPermissions"), "", "the image %s is %s and cannot be shared", i.ID, i.State)
	}
}

// node checks the id or the ARN of an organization or unit. An ARN need not be one of
// the file: images may be shared with organizations that one does not belong to.
func (c *checker) node(at strictyaml.Position, value string, form *regexp.Regexp, kind string) {
	if _, ok := c.arns[value]; c.partial || ok && form.MatchString(c.arns[value]) || form.MatchString(value) {
		return
	}
	var ids []string
	for id := range c.arns {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	c.report(at, strictyaml.DidYouMean(value, ids, "use an id that the file defines, or an ARN"), "the cloud has no %s %q", kind, value)
}
