package io.jumpmq.broker.queue;

import java.util.List;

/** Notes the answer to one publish in a list that several may share. */
record RecordingTicket(String prefix, List<String> answers) implements PublishTicket {
    @Override
    public void accepted() {
        answers.add(prefix + "accepted");
    }

    @Override
    public void refused() {
        answers.add(prefix + "refused");
    }
}
