"""What the two sources that read Jenkins (its home on disk, its REST API) have in common.

Both describe a build by the same JSON object, so that one mapping (`jenkins/build`) translates both. Its members:

`url`, `job`, `number`   `job/team/job/shop/42/`, `job/team/job/shop/`, 42
`pipeline`               whether it is a Pipeline's; `running` whether it still runs
`queued`, `started`, `finished`, `duration`  milliseconds (since 1970), as far as known
`result`                 SUCCESS, UNSTABLE, FAILURE, ABORTED, NOT_BUILT; absent while it runs
`queue_id`, `display_name`, `parameters`
`causes`                 `type` (a Java class), `user`, `upstream` (the `url` of the build that started it)
`upstream`               the first of these
`root`                   the `url` of the build that started the build that started ... this one; else its own
`scm`                    `url`, `branch`, `commit`
`tests`                  `total`, `failed`, `skipped`, `passed`, and `failed_tests`: names of those that are known
`stages`                 of a Pipeline: `id` (of the flow node), `name`, `started`, `finished`, `status`, `error`
"""
