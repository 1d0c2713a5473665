package simulator

import "slices"

// describeRegions lists the regions of the cloud file.
// (EC2 API Reference, DescribeRegions)
func describeRegions() action {
	return action{
		parameters: []string{"RegionName.N", "AllRegions", "DryRun"},
		run: func(r *request, out *xmlWriter) error {
			wanted := r.query.list("RegionName")
			for _, name := range wanted {
				if !slices.Contains(r.cloud.regions, name) {
					return refuse("InvalidParameterValue", "Invalid region(s): %s", name)
				}
			}
			out.element("regionInfo", func() {
				for _, region := range r.cloud.regions {
					if len(wanted) > 0 && !slices.Contains(wanted, region) {
						continue
					}
					out.element("item", func() {
						out.text("regionName", region)
						out.text("regionEndpoint", "ec2."+region+".amazonaws.com")
						out.text("optInStatus", "opt-in-not-required")
					})
				}
			})
			return nil
		},
	}
}
