"""State in, Slack message out: pure.

kit         Slack's limits and escaping; `Markup` is safe mrkdwn, everything else is made inert
faces       the one table of states: emoji and word          rings      the one table of what rings
cards       operation_card, observed_card                    replies    ringing, asks_for_help, opened, step, log_tail
plans       plan, plans, plan_closed, plan_expired, …        plan_moved plan_moved
refusals    refusal, misunderstood, not_understood           why        why
changes     change_list, summary, rest, …                    history    history
status      status, status_table, service_detail, …          home       home (tab), mine
forms       skeleton, deploy_form, confirm_form, …           asking     stop_question
help        help_page, help_topic      whoami   welcome   doctor   notices
gallery     GALLERY: every one of them by name, with sample data
"""
