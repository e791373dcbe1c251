package api

// Document is openapi.yaml.
var Document = document

// A RouteInfo is a route as the mux has it.
type RouteInfo struct{ Method, Path, Role string }

// RouteList returns all routes.
func RouteList() (list []RouteInfo) {
	for _, r := range (&API{}).routes() {
		list = append(list, RouteInfo{r.method, "/" + r.path, string(r.role)})
	}
	return list
}
