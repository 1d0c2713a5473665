package simulator

import (
	"cmp"
	"time"
)

// timestamp is how EC2 writes time.
func timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// writeImage writes one image as DescribeImages answers it.
// (EC2 API Reference, Image)
func (l *listing) writeImage(out *xmlWriter, s seen) {
	out.text("imageId", s.ID)
	out.text("imageLocation", s.Owner+"/"+s.Name)
	out.text("imageState", s.version.state)
	out.text("imageOwnerId", s.Owner)
	out.text("creationDate", timestamp(s.CreationDate.Time))
	out.bool("isPublic", s.permissions.public())
	if len(s.ProductCodes) > 0 {
		out.element("productCodes", func() { writeProductCodes(out, s.image) })
	}
	out.text("architecture", s.Architecture)
	out.text("imageType", "machine")
	out.text("platformDetails", cmp.Or(l.cloud.defaults.PlatformDetails, "Linux/UNIX"))
	out.text("usageOperation", "RunInstances")
	if r := s.StateReason; r != nil {
		out.element("stateReason", func() {
			out.text("code", r.Code)
			out.text("message", r.Message)
		})
	}
	out.text("name", s.Name)
	out.optional("description", s.description)
	out.text("rootDeviceType", "ebs")
	out.text("rootDeviceName", s.rootDevice())
	out.element("blockDeviceMapping", func() {
		for _, d := range s.BlockDevices {
			out.element("item", func() { writeBlockDevice(out, d) })
		}
	})
	out.text("virtualizationType", "hvm")
	if keys := s.tagKeys(); len(keys) > 0 {
		out.element("tagSet", func() {
			for _, key := range keys {
				out.element("item", func() {
					out.text("key", key)
					out.text("value", s.Tags[key])
				})
			}
		})
	}
	out.text("hypervisor", "xen")
	out.bool("enaSupport", true)
	if !s.DeprecationTime.IsZero() {
		out.text("deprecationTime", timestamp(s.DeprecationTime.Time))
	}
	out.optional("sourceImageId", s.SourceImageID)
	out.optional("sourceImageRegion", s.SourceImageRegion)
	writeWatermarks(out, s.Watermarks)
}

// writeBlockDevice leaves the key out, as EC2 does: DescribeSnapshots has it.
func writeBlockDevice(out *xmlWriter, d BlockDevice) {
	out.text("deviceName", d.device())
	out.element("ebs", func() {
		out.text("snapshotId", d.SnapshotID)
		out.int("volumeSize", d.size())
		out.bool("deleteOnTermination", true)
		out.text("volumeType", "gp3")
		out.bool("encrypted", d.Encrypted)
	})
}

func (d BlockDevice) device() string { return cmp.Or(d.DeviceName, "/dev/xvda") }

func (i *image) rootDevice() string { return i.BlockDevices[0].device() }

func writeWatermarks(out *xmlWriter, watermarks []string) {
	if len(watermarks) == 0 {
		return
	}
	out.element("imageWatermarkSet", func() {
		for _, w := range watermarks {
			out.element("item", func() { out.text("watermarkKey", w) })
		}
	})
}
