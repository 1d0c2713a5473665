package simulator

import (
	"cmp"
	"strconv"
)

// snapshot is the volume of an image, as EBS keeps it. Images that name the same snapshot
// have it in common.
type snapshot struct {
	BlockDevice
	image *image
	key   string // ARN; empty where it is not encrypted
}

// snapshots returns those of images that the read sees, by id.
func (r *request) snapshots(images []*image) map[string]snapshot {
	all := map[string]snapshot{}
	for _, i := range images {
		if _, ok := r.read(i); !ok {
			continue
		}
		for _, d := range i.BlockDevices {
			all[d.SnapshotID] = snapshot{d, i, r.cloud.snapshotKey(i, d)}
		}
	}
	return all
}

// snapshotFilters are the filters that the simulator knows. Its snapshots have no tags.
var snapshotFilters = map[string]func(snapshot) []string{
	"description": func(s snapshot) []string { return []string{s.description()} },
	"encrypted":   func(s snapshot) []string { return []string{strconv.FormatBool(s.Encrypted)} },
	"owner-id":    func(s snapshot) []string { return []string{s.image.Owner} },
	"snapshot-id": func(s snapshot) []string { return []string{s.SnapshotID} },
	"start-time":  func(s snapshot) []string { return []string{timestamp(s.image.CreationDate.Time)} },
	"status":      func(snapshot) []string { return []string{"completed"} },
	"volume-size": func(s snapshot) []string { return []string{strconv.Itoa(s.size())} },
}

func (s snapshot) description() string { return "Created by CreateImage for " + s.image.ID }

func (d BlockDevice) size() int { return cmp.Or(d.VolumeSize, 8) }

// writeSnapshot writes one snapshot. The volume is the one that AWS tells of copies: there
// is none. (EC2 API Reference, Snapshot)
func writeSnapshot(out *xmlWriter, s snapshot) {
	out.text("snapshotId", s.SnapshotID)
	out.text("volumeId", "vol-ffffffff")
	out.text("status", "completed")
	out.text("startTime", timestamp(s.image.CreationDate.Time))
	out.text("progress", "100%")
	out.text("ownerId", s.image.Owner)
	out.int("volumeSize", s.size())
	out.text("description", s.description())
	out.bool("encrypted", s.Encrypted)
	out.optional("kmsKeyId", s.key)
	out.text("storageTier", "standard")
}
