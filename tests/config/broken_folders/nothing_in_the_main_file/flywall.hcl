# everything stands in conf.d
